use proptest::collection::{btree_map, vec};
use proptest::prelude::*;

use super::*;

fn any_value() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::Bool),
        any::<i64>().prop_map(Value::Int),
        ".{0,8}".prop_map(Value::Text),
        vec(any::<u8>(), 0..8).prop_map(Value::Bytes),
    ];
    leaf.prop_recursive(2, 8, 3, |inner| {
        prop_oneof![
            vec(inner.clone(), 0..3).prop_map(Value::Array),
            btree_map(any::<u64>(), inner, 0..3).prop_map(Value::Map),
        ]
    })
}

fn any_fields() -> impl Strategy<Value = Fields> {
    btree_map(prop_oneof![0..20_u64, any::<u64>()], any_value(), 0..6)
}

#[test]
fn other_forms_of_the_same_value_are_refused() {
    let good: &[u8] = &[0xa2, 0x00, 0x01, 0x01, 0x61, b'x'];
    assert!(decode(good).is_ok());
    for (name, bad) in [
        ("long integer", vec![0xa1, 0x00, 0x18, 0x01]),
        ("long key", vec![0xa1, 0x18, 0x00, 0x01]),
        ("long length", vec![0xb8, 0x01, 0x00, 0x01]),
        ("unsorted", vec![0xa2, 0x01, 0x01, 0x00, 0x01]),
        ("repeated", vec![0xa2, 0x00, 0x01, 0x00, 0x01]),
        ("indefinite", vec![0xbf, 0x00, 0x01, 0xff]),
        ("float", vec![0xa1, 0x00, 0xf9, 0x3c, 0x00]),
        ("tag", vec![0xa1, 0x00, 0xc1, 0x01]),
        ("undefined", vec![0xa1, 0x00, 0xf7]),
        ("text key", vec![0xa1, 0x61, b'a', 0x01]),
        ("not a map", vec![0x01]),
        ("empty", vec![]),
        ("too deep", vec![0xa1, 0, 0x81, 0x81, 0x81, 0x81, 0x81, 0x01]),
        ("bad utf-8", vec![0xa1, 0x00, 0x61, 0xff]),
        ("huge count", vec![0xbb, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff]),
        ("huge array", vec![0xa1, 0x00, 0x9b, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff]),
    ] {
        assert_eq!(decode(&bad), Err(ValueError), "{name}");
    }
}

proptest! {
    #[test]
    fn decoding_undoes_encoding(fields in any_fields()) {
        prop_assert_eq!(decode(&encode(&fields)), Ok(fields));
    }

    #[test]
    fn encoding_undoes_decoding(bytes in vec(any::<u8>(), 0..24)) {
        if let Ok(fields) = decode(&bytes) {
            prop_assert_eq!(encode(&fields), bytes);
        }
    }

    #[test]
    fn truncation_and_tails_are_refused(fields in any_fields(), tail in any::<u8>()) {
        let mut bytes = encode(&fields);
        for end in 0..bytes.len() {
            prop_assert_eq!(decode(&bytes[..end]), Err(ValueError));
        }
        bytes.push(tail);
        prop_assert_eq!(decode(&bytes), Err(ValueError));
    }
}
