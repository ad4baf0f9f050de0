package dev.stoker.io.publish;

import dev.stoker.io.publish.blob.BlobWriter;
import dev.stoker.io.publish.blob.BlockBuffers;
import dev.stoker.io.source.blob.BlobAccounts;
import dev.stoker.io.source.nfs.NfsServers;
import java.security.SecureRandom;
import java.util.random.RandomGenerator;

/** Makes the publisher of a process. */
public final class Publishers {
  private Publishers() {}

  /**
   * A publisher to {@code blob:}, {@code nfs:}, {@code avere:} and {@code file:} destinations.
   *
   * @param accounts who signs and sends what goes to Blob; its transport carries everything and
   *     must outlive the publisher
   */
  public static OutputPublisher open(BlobAccounts accounts, PublishOptions options) {
    RandomGenerator random = new SecureRandom();
    return new StorePublisher(
        new FileOutputs(
            new OutputTrees(
                options.writableRoots(),
                FileSteps.SYSTEM,
                new NfsServers(accounts.transport(), accounts::awaitUpload)),
            random),
        new BlobOutputs(
            new BlobWriter(accounts, random), new BlockBuffers(options.bufferedBlocks()), random),
        options.concurrentStagings());
  }
}
