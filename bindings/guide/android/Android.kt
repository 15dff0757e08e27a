// What the guide uses of Android, as far as it uses it: enough to compile its blocks where there is no Android.
package android.content

import java.io.File

abstract class Context {
    abstract val filesDir: File
    abstract val noBackupFilesDir: File
}
