package dev.stoker.controller.api;

import io.netty.buffer.ByteBufAllocator;
import io.netty.handler.ssl.ApplicationProtocolNegotiator;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslHandler;
import java.io.IOException;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLSessionContext;
import org.jspecify.annotations.Nullable;

/**
 * A certificate that is read anew when its file changes: new connections get the new one, open ones
 * keep theirs. A file that cannot be used, such as one half written, is told and the old
 * certificate served on.
 */
final class WatchedTls extends SslContext implements AutoCloseable {
  private static final Logger LOG = System.getLogger(WatchedTls.class.getName());

  /** A certificate is renewed weeks before its end; a look costs one system call. */
  private static final Duration EVERY = Duration.ofSeconds(10);

  private static final Duration END = Duration.ofSeconds(2);

  private final ControllerSettings.Tls tls;
  private final Duration every;
  private final CountDownLatch closing = new CountDownLatch(1);
  private final Thread thread;
  private volatile SslContext current;
  // The next two are the thread's.
  private @Nullable Stamp read;
  private String complaint = "";

  /** What tells one state of a file from the next. */
  private record Stamp(FileTime changed, long bytes, @Nullable Object file) {
    static Stamp of(Path path) throws IOException {
      var attributes = Files.readAttributes(path, BasicFileAttributes.class);
      return new Stamp(attributes.lastModifiedTime(), attributes.size(), attributes.fileKey());
    }
  }

  private WatchedTls(ControllerSettings.Tls tls, Duration every) {
    this.tls = tls;
    this.every = every;
    read = stamp();
    current = TlsFile.read(tls);
    thread = Thread.ofPlatform().name("tls-watch").daemon().unstarted(this::run);
  }

  /**
   * @throws StartException when the file holds no usable certificate and key
   */
  static WatchedTls open(ControllerSettings.Tls tls) {
    return open(tls, EVERY);
  }

  static WatchedTls open(ControllerSettings.Tls tls, Duration every) {
    var opened = new WatchedTls(tls, every);
    opened.thread.start();
    return opened;
  }

  private void run() {
    try {
      while (!closing.await(every.toMillis(), TimeUnit.MILLISECONDS)) {
        look();
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private void look() {
    Stamp now = stamp();
    if (now == null || now.equals(read)) {
      return;
    }
    try {
      current = TlsFile.read(tls);
      read = now;
      complaint = "";
      LOG.log(Level.INFO, "Serving the certificate that is now in {0}.", tls.file());
    } catch (RuntimeException e) {
      String sentence = String.valueOf(e.getMessage());
      if (!sentence.equals(complaint)) {
        complaint = sentence;
        LOG.log(Level.WARNING, "Serving the old certificate on: {0}", sentence);
      }
    }
  }

  /** Null while there is no such file, as between a removal and what follows it. */
  private @Nullable Stamp stamp() {
    try {
      return Stamp.of(tls.file());
    } catch (IOException e) {
      return null;
    }
  }

  @Override
  public void close() {
    closing.countDown();
    try {
      thread.join(END);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  @Override
  public boolean isClient() {
    return false;
  }

  @Override
  public List<String> cipherSuites() {
    return current.cipherSuites();
  }

  @Override
  @SuppressWarnings("deprecation") // Abstract in the class that is extended.
  public ApplicationProtocolNegotiator applicationProtocolNegotiator() {
    return current.applicationProtocolNegotiator();
  }

  @Override
  public SSLEngine newEngine(ByteBufAllocator allocator) {
    return current.newEngine(allocator);
  }

  @Override
  public SSLEngine newEngine(ByteBufAllocator allocator, String peerHost, int peerPort) {
    return current.newEngine(allocator, peerHost, peerPort);
  }

  @Override
  protected SslHandler newHandler(ByteBufAllocator allocator, boolean startTls) {
    return current.newHandler(allocator);
  }

  @Override
  public SSLSessionContext sessionContext() {
    return current.sessionContext();
  }
}
