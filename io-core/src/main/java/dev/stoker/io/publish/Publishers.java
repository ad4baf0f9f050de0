package dev.stoker.io.publish;

import dev.stoker.io.net.HttpTransport;
import dev.stoker.io.publish.blob.BlobAccess;
import dev.stoker.io.publish.blob.BlobWriter;
import dev.stoker.io.publish.blob.BlockBuffers;
import java.security.SecureRandom;
import java.util.random.RandomGenerator;

/** Makes the publisher of a process. */
public final class Publishers {
  private Publishers() {}

  /**
   * A publisher to {@code blob:} and {@code file:} destinations.
   *
   * @param transport stays the caller's, and must outlive the publisher
   * @param access addresses and signs what goes to Blob
   */
  public static OutputPublisher open(
      HttpTransport transport, BlobAccess access, PublishOptions options) {
    RandomGenerator random = new SecureRandom();
    return new StorePublisher(
        new FileOutputs(options.writableRoots(), FileSteps.SYSTEM, random),
        new BlobOutputs(
            new BlobWriter(transport, access, random),
            new BlockBuffers(options.bufferedBlocks()),
            random),
        options.concurrentStagings());
  }
}
