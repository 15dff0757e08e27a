//! A device's name, so that people see "last heard from Tablet" and not a number.

use crate::record::values;
use crate::scale::NAME_BYTES_MAX;

values! {
    /// What is said about a device.
    DeviceValues = Device {
        /// The name its owner gave it, at most 100 bytes.
        0 name: text(NAME_BYTES_MAX),
    }
}

/// Key of a device's record.
#[must_use]
pub fn device_key(device: &[u8; 16]) -> String {
    format!("d:{}", data_encoding::HEXLOWER.encode(device))
}
