// Not Android's, but what apps there carry requests with.
package okhttp3

import java.io.Closeable
import java.util.concurrent.TimeUnit

abstract class RequestBody {
    companion object {
        fun ByteArray.toRequestBody(): RequestBody = error("a stand-in: $size")
    }
}

abstract class ResponseBody {
    abstract fun bytes(): ByteArray
}

class Request private constructor() {
    class Builder {
        fun url(url: String): Builder = this

        fun method(method: String, body: RequestBody?): Builder = this

        fun header(name: String, value: String): Builder = this

        fun build() = Request()
    }
}

abstract class Response : Closeable {
    abstract val code: Int
    abstract val headers: Iterable<Pair<String, String>>
    abstract val body: ResponseBody
}

abstract class Call {
    abstract fun execute(): Response
}

abstract class OkHttpClient {
    abstract fun newCall(request: Request): Call

    class Builder {
        fun followRedirects(follow: Boolean): Builder = this

        fun callTimeout(timeout: Long, unit: TimeUnit): Builder = this

        fun build(): OkHttpClient = error("a stand-in")
    }
}
