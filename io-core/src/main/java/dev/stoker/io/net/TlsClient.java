package dev.stoker.io.net;

import dev.stoker.io.asset.IoFailure;
import io.netty.buffer.ByteBufAllocator;
import io.netty.handler.ssl.OpenSsl;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslContextBuilder;
import io.netty.handler.ssl.SslHandler;
import io.netty.handler.ssl.SslProvider;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.locks.ReentrantLock;
import javax.net.ssl.SSLException;
import org.jspecify.annotations.Nullable;

/**
 * TLS 1.2 and 1.3 by BoringSSL, else by the JDK. Host names are always verified. Set up at the
 * first https origin: loading the library and the trusted certificates takes a tenth of a second.
 */
final class TlsClient {
  private final @Nullable Path caFile;
  private final ReentrantLock lock = new ReentrantLock();
  private @Nullable SslContext context;

  TlsClient(@Nullable Path caFile) {
    this.caFile = caFile;
  }

  SslHandler handlerFor(HttpOrigin origin, ByteBufAllocator allocator, Duration timeout) {
    SslHandler handler = context().newHandler(allocator, origin.host(), origin.port());
    handler.setHandshakeTimeoutMillis(timeout.toMillis());
    return handler;
  }

  private SslContext context() {
    lock.lock();
    try {
      if (context == null) {
        SslContextBuilder builder =
            SslContextBuilder.forClient()
                .sslProvider(OpenSsl.isAvailable() ? SslProvider.OPENSSL : SslProvider.JDK)
                .endpointIdentificationAlgorithm("HTTPS")
                .protocols("TLSv1.3", "TLSv1.2");
        if (caFile != null) {
          builder.trustManager(caFile.toFile());
        }
        context = builder.build();
      }
      return context;
    } catch (SSLException | IllegalArgumentException e) {
      throw new IoFailure.Invalid(
          "Cannot set up TLS with the certificates in "
              + (caFile == null ? "the JDK" : caFile)
              + ": "
              + RequestWriter.reason(e)
              + ".");
    } finally {
      lock.unlock();
    }
  }
}
