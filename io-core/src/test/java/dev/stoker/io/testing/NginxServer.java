package dev.stoker.io.testing;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/** nginx on a free loopback port: a fast range server with ETags and autoindex. */
public final class NginxServer implements AutoCloseable {
  private final ServerProcess process;
  private final Path root;
  private final int port;
  private final String scheme;

  private NginxServer(ServerProcess process, Path root, int port, String scheme) {
    this.process = process;
    this.root = root;
    this.port = port;
    this.scheme = scheme;
  }

  /** Serves an empty folder, {@link #root()}. */
  public static NginxServer start() {
    return start("");
  }

  /** Serves with more directives in its {@code server} block. */
  public static NginxServer start(String directives) {
    return start(directives, "http", "");
  }

  /** Serves over TLS with a certificate (PEM) and its key. */
  public static NginxServer startTls(Path certificate, Path key) {
    return start(
        "ssl_certificate " + certificate + "; ssl_certificate_key " + key + ";", "https", " ssl");
  }

  private static NginxServer start(String directives, String scheme, String listenFlag) {
    Path folder = ServerProcess.newFolder("nginx");
    int port = ServerProcess.freePort();
    Path root = folder.resolve("root");
    try {
      Files.createDirectory(root);
      Path config = folder.resolve("nginx.conf");
      Files.writeString(
          config,
          """
          worker_processes 1; pid %1$s/nginx.pid; error_log %1$s/err.log; daemon off; %5$s
          events { worker_connections 8192; }
          http { access_log off; sendfile on; tcp_nopush on; sendfile_max_chunk 2m;
            client_body_temp_path %1$s/b; proxy_temp_path %1$s/p; fastcgi_temp_path %1$s/f;
            uwsgi_temp_path %1$s/u; scgi_temp_path %1$s/s; keepalive_requests 100000;
            server { listen 127.0.0.1:%2$d%6$s; root %3$s; autoindex on; %4$s } }
          """
              .formatted(
                  folder,
                  port,
                  root,
                  directives,
                  "root".equals(System.getProperty("user.name")) ? "user root;" : "",
                  listenFlag));
      ServerProcess process =
          ServerProcess.start(
              folder,
              port,
              Map.of(),
              List.of(
                  binary(), "-c", config.toString(), "-e", folder.resolve("err.log").toString()));
      return new NginxServer(process, root, port, scheme);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static String binary() {
    // Debian keeps it where an ordinary user's PATH does not look.
    Path usual = Path.of("/usr/sbin/nginx");
    return Files.isExecutable(usual) ? usual.toString() : "nginx";
  }

  /** The folder that is served. */
  public Path root() {
    return root;
  }

  public int port() {
    return port;
  }

  /** {@code http://127.0.0.1:PORT}, without a slash at its end. */
  public String url() {
    return scheme + "://127.0.0.1:" + port;
  }

  @Override
  public void close() {
    process.close();
  }
}
