package dev.stoker.io.sync;

/**
 * How far a push is.
 *
 * @param filesDone sent, compared or left as they are
 * @param filesTotal in the source
 * @param bytesDone of the files done, and of the parts sent of others
 * @param bytesTotal of all files in the source
 * @param bytesSent what went to the destination so far
 */
public record PushProgress(
    long filesDone, long filesTotal, long bytesDone, long bytesTotal, long bytesSent) {}
