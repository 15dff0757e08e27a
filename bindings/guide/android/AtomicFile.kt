package android.util

import java.io.File
import java.io.FileOutputStream

class AtomicFile(private val file: File) {
    fun readFully(): ByteArray = file.readBytes()

    fun startWrite() = FileOutputStream(file)

    fun finishWrite(out: FileOutputStream) = out.close()

    fun failWrite(out: FileOutputStream) = out.close()

    fun delete() {
        file.delete()
    }
}
