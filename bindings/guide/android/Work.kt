package androidx.work

import android.content.Context
import java.util.concurrent.TimeUnit

class WorkerParameters

abstract class ListenableWorker {
    class Result private constructor() {
        companion object {
            fun success() = Result()

            fun retry() = Result()

            fun failure() = Result()
        }
    }
}

abstract class CoroutineWorker(context: Context, parameters: WorkerParameters) : ListenableWorker() {
    abstract suspend fun doWork(): Result
}

enum class NetworkType { CONNECTED }

enum class ExistingPeriodicWorkPolicy { KEEP }

class Constraints {
    class Builder {
        fun setRequiredNetworkType(type: NetworkType): Builder = this

        fun build() = Constraints()
    }
}

class PeriodicWorkRequest {
    class Builder {
        fun setConstraints(constraints: Constraints): Builder = this

        fun build() = PeriodicWorkRequest()
    }
}

@Suppress("UNUSED_PARAMETER")
inline fun <reified W : ListenableWorker> PeriodicWorkRequestBuilder(every: Long, unit: TimeUnit) = PeriodicWorkRequest.Builder()

abstract class WorkManager {
    abstract fun enqueueUniquePeriodicWork(name: String, policy: ExistingPeriodicWorkPolicy, work: PeriodicWorkRequest)

    companion object {
        fun getInstance(context: Context): WorkManager = error("a stand-in: $context")
    }
}
