package dev.stoker.benchmarks.peers;

import dev.stoker.benchmarks.azuresdk.AzureSdkClient;
import java.io.File;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Collectors;

/**
 * A JVM of its own that moves one blob with Microsoft's library, as a program would that was
 * written with it.
 */
final class AzureSdk {
  private AzureSdk() {}

  static List<String> get(String url, Path to, String httpClient) {
    return command("get", url, to, httpClient);
  }

  static List<String> put(Path from, String url, String httpClient) {
    return command("put", url, from, httpClient);
  }

  private static List<String> command(String verb, String url, Path file, String httpClient) {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(List.of("--enable-native-access=ALL-UNNAMED", "-cp"));
    command.add(classPath());
    command.add(AzureSdkClient.class.getName());
    command.addAll(List.of(verb, url, file.toString(), httpClient));
    return command;
  }

  /** Without what only our own modules bring along: Netty would take their io_uring. */
  private static String classPath() {
    return Arrays.stream(System.getProperty("java.class.path").split(File.pathSeparator))
        .filter(entry -> !entry.contains("io_uring") && !entry.contains("/stoker-"))
        .collect(Collectors.joining(File.pathSeparator));
  }
}
