package dev.stoker.io.testing;

import java.io.IOException;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;

/** Certificates that nobody but a test trusts, made by openssl. */
public final class Certificates {
  private static final int OPENSSL_SECONDS = 60;

  private Certificates() {}

  /**
   * Writes a certificate and its key (PEM).
   *
   * @param name its common name
   * @param alternative as {@code IP:127.0.0.1} or {@code DNS:host}
   */
  public static void selfSigned(String name, String alternative, Path certificate, Path key)
      throws IOException, InterruptedException {
    Process openssl =
        new ProcessBuilder(
                "openssl",
                "req",
                "-x509",
                "-newkey",
                "rsa:2048",
                "-nodes",
                "-days",
                "2",
                "-subj",
                "/CN=" + name,
                "-addext",
                "subjectAltName=" + alternative,
                "-keyout",
                key.toString(),
                "-out",
                certificate.toString())
            .redirectErrorStream(true)
            .redirectOutput(certificate.resolveSibling("log").toFile())
            .start();
    if (!openssl.waitFor(OPENSSL_SECONDS, TimeUnit.SECONDS)) {
      openssl.destroyForcibly();
      throw new IllegalStateException("openssl does not end");
    }
    if (openssl.exitValue() != 0) {
      throw new IllegalStateException("openssl ended with " + openssl.exitValue());
    }
  }
}
