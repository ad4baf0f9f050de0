package dev.stoker.benchmarks.load;

import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.stream.Stream;

/** A PostgreSQL of the run's own, with the settings that it comes with; durable, as always. */
final class DatabaseServer implements AutoCloseable {
  private final EmbeddedPostgres server;
  private final ProcessHandle main;

  private DatabaseServer(EmbeddedPostgres server, ProcessHandle main) {
    this.server = server;
    this.main = main;
  }

  static DatabaseServer start(Path folder) throws IOException {
    EmbeddedPostgres server = EmbeddedPostgres.builder().setDataDirectory(folder).start();
    String id = Files.readAllLines(folder.resolve("postmaster.pid")).getFirst();
    return new DatabaseServer(server, ProcessHandle.of(Long.parseLong(id)).orElseThrow());
  }

  /** As {@code database} of a stoker.yaml names it. */
  String address() {
    return "postgresql://postgres:postgres@127.0.0.1:" + server.getPort() + "/postgres";
  }

  /** Processor time of all its processes that live, in seconds. */
  double cpuSeconds() {
    return Stream.concat(Stream.of(main), main.descendants())
            .flatMap(each -> each.info().totalCpuDuration().stream())
            .mapToDouble(Duration::toMillis)
            .sum()
        / 1e3;
  }

  @Override
  public void close() throws IOException {
    server.close();
  }
}
