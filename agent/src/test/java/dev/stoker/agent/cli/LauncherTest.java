package dev.stoker.agent.cli;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertAll;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * The launcher script and setup, run as they are over a small tree with a JDK and a Maven of paper.
 */
class LauncherTest {
  private static final Path ROOT = Path.of(System.getProperty("stoker.root"));

  @TempDir Path folder;
  private Path tree;
  private Path programs;
  private Path jdk;

  @BeforeEach
  void makeATree() throws IOException {
    tree = folder.resolve("a tree");
    programs = folder.resolve("programs");
    jdk = folder.resolve("jdk");
    for (String source :
        List.of(
            "stoker",
            "deploy/setup/setup.sh",
            "deploy/dist/jvm.options",
            "deploy/dist/tuning.sh")) {
      Path copy = tree.resolve(source);
      Files.createDirectories(copy.getParent());
      Files.copy(ROOT.resolve(source), copy);
    }
    write(tree.resolve("pom.xml"), "<project/>");
    write(tree.resolve("agent/pom.xml"), "<project/>");
    write(tree.resolve("agent/src/main/java/A.java"), "class A {}");
    write(tree.resolve("agent/src/main/java/B.java"), "class B {}");
    Files.createDirectories(tree.resolve(".mvn"));
    script(jdk.resolve("bin/java"), "printf '%s\\n' \"$@\"");
    script(jdk.resolve("bin/javac"), "exit 0");
    write(jdk.resolve("release"), "JAVA_VERSION=\"25.0.3\"\n");
    script(
        programs.resolve("mvn"),
        """
        echo "$@" >>"%s"
        mkdir -p agent/target/lib
        touch agent/target/stoker-agent-1.jar agent/target/lib/picocli.jar
        """
            .formatted(folder.resolve("maven-calls")));
    script(programs.resolve("gcc"), "exit 0");
    ageSources();
  }

  @Test
  void aTreeThatIsNotBuiltSaysHowToBuildIt() throws Exception {
    Result result = stoker("job", "list");

    assertEquals(1, result.exitCode);
    assertEquals(
        "stoker: Stoker is not built yet; run '%s build' once.\n".formatted(tree.resolve("stoker")),
        result.text);
  }

  @Test
  void itBuildsWhenASourceIsNewOrChangedOrGoneAndNotOtherwise() throws Exception {
    stoker("build");
    assertEquals(1, mavenCalls());
    stoker("build");
    assertEquals(1, mavenCalls(), "nothing changed");

    write(tree.resolve("agent/src/main/java/A.java"), "class A { int changed; }");
    stoker("build");
    assertEquals(2, mavenCalls(), "a source changed");

    ageSources();
    Files.delete(tree.resolve("agent/src/main/java/B.java"));
    stoker("build");
    assertEquals(3, mavenCalls(), "a source is gone");

    stoker("job", "list");
    assertEquals(3, mavenCalls(), "only demo, dev, test and build may build");
  }

  @Test
  void itRunsJavaFromAnyFolderAndThroughLinks() throws Exception {
    stoker("build");
    Path link = Files.createSymbolicLink(folder.resolve("link to stoker"), tree.resolve("stoker"));

    Result result =
        run(
            Path.of("/"),
            Map.of("JAVA_HOME", jdk.toString()),
            link.toString(),
            "job",
            "show",
            "a b");

    assertAll(
        () -> assertEquals(0, result.exitCode, result.text),
        () -> assertTrue(result.text.contains("@" + tree + "/deploy/dist/jvm.options\n")),
        () ->
            assertTrue(
                result.text.contains(
                    "%1$s/agent/target/stoker-agent-1.jar:%1$s/agent/target/lib/picocli.jar\n"
                        .formatted(tree))),
        () ->
            assertTrue(
                result.text.endsWith("dev.stoker.agent.cli.Main\njob\nshow\na b\n"), result.text));
  }

  @Test
  void shortCommandsStartFromWhatTheRehearsalWroteDown() throws Exception {
    Path target = tree.resolve("target");
    script(
        jdk.resolve("bin/java"),
        """
        for argument; do
          case $argument in -XX:AOTCacheOutput=*) touch "${argument#*=}" ;; esac
        done
        printf '%s\\n' "$@"
        """);
    stoker("build");

    assertStartsFrom(target.resolve("fetch.aot"), "fetch", "a", "b");
    assertStartsFrom(target.resolve("fetch.aot"), "--version");
    assertStartsFrom(target.resolve("stoker.aot"), "fetch", "--json", "a", "b");
    assertStartsFrom(target.resolve("stoker.aot"), "push", "a", "b");
    assertStartsFrom(target.resolve("mount.aot"), "mount", "a", "b");
    Files.delete(target.resolve("fetch.aot"));
    assertStartsFrom(target.resolve("stoker.aot"), "fetch", "a", "b");
    stoker("build");
    assertStartsFrom(target.resolve("stoker.aot"), "fetch", "a", "b");
    Files.setLastModifiedTime( // as Maven does when somebody packages by hand
        tree.resolve("agent/target/stoker-agent-1.jar"),
        FileTime.from(Instant.now().plusSeconds(2)));
    stoker("build");
    assertStartsFrom(target.resolve("fetch.aot"), "fetch", "a", "b");
    assertTrue(stoker("job", "list").text.contains("-XX:TieredStopAtLevel=1\n"));
    assertTrue(stoker("controller").text.contains("-Xmx256m\n"));
    assertFalse(stoker("io").text.contains("TieredStopAtLevel"), "a long life pays for warming up");
    assertTrue(
        stoker("agent").text.contains("-XX:MaxHeapFreeRatio=20\n"), "it rests beside renderers");
  }

  @Test
  void anImageRunsEachCommandAsTheTreeDoesFromACacheOfItsOwnWhereThereIsOne() throws Exception {
    Path image = folder.resolve("an image");
    for (String name : List.of("stoker.sh", "jvm.options", "tuning.sh")) {
      Path copy = image.resolve(name.equals("stoker.sh") ? "bin/stoker" : "lib/" + name);
      Files.createDirectories(copy.getParent());
      Files.copy(ROOT.resolve("deploy/dist").resolve(name), copy);
    }
    script(image.resolve("runtime/bin/java"), "printf '%s\\n' \"$@\"");
    stoker("build");
    Set<String> own = Set.of("agent", "fetch", "mount");
    for (String name : own) {
      Files.createFile(image.resolve("lib/" + name + ".aot"));
    }

    for (String command : List.of("agent", "io", "controller", "mount", "fetch", "dev")) {
      String program = image.resolve("bin/stoker").toString();
      String text = run(folder, Map.of(), "sh", program, command).text;
      String cache = image + "/lib/" + (own.contains(command) ? command : "stoker") + ".aot";
      assertTrue(text.contains("-XX:AOTCache=" + cache + "\n"), text);
      if (!command.equals("dev")) {
        assertEquals(tuning(stoker(command).text), tuning(text), command);
      }
    }
    Files.delete(image.resolve("lib/mount.aot")); // made by somebody who may not mount
    String text = run(folder, Map.of(), "sh", image.resolve("bin/stoker").toString(), "mount").text;
    assertTrue(text.contains("-XX:AOTCache=" + image + "/lib/stoker.aot\n"), text);
  }

  private void assertStartsFrom(Path cache, String... line) throws Exception {
    String text = stoker(line).text;
    assertTrue(text.contains("-XX:AOTCache=" + cache + "\n"), text);
  }

  private static List<String> tuning(String text) {
    return text.lines()
        .filter(line -> line.startsWith("-X") && !line.startsWith("-XX:AOT"))
        .filter(line -> !line.startsWith("-Xlog:"))
        .toList();
  }

  @Test
  void aRehearsalThatFailsLeavesNothingAndKeepsNobodyFromWorking() throws Exception {
    Path cache = tree.resolve("target/stoker.aot");
    script(
        jdk.resolve("bin/java"),
        """
        for argument; do
          case $argument in -XX:AOTCacheOutput=*) echo half >"${argument#*=}"; exit 1 ;; esac
        done
        printf '%s\\n' "$@"
        """);

    assertEquals(0, stoker("build").exitCode);
    assertFalse(Files.exists(cache));
    assertFalse(stoker("fetch", "a", "b").text.contains("AOTCache"));
  }

  @Test
  void aJdkOfAnotherReleaseIsNotTaken() throws Exception {
    stoker("build");
    Path old = folder.resolve("jdk-17");
    script(old.resolve("bin/javac"), "exit 0");
    script(old.resolve("bin/java"), "echo wrong");
    write(old.resolve("release"), "JAVA_VERSION=\"17.0.15\"\n");
    Path home = folder.resolve("home");
    Path inHome = home.resolve(".jdks/temurin-25");
    script(inHome.resolve("bin/javac"), "exit 0");
    script(inHome.resolve("bin/java"), "echo from $JAVA_HOME");
    write(inHome.resolve("release"), "JAVA_VERSION=\"25\"\n");

    Result result =
        run(
            folder,
            Map.of("JAVA_HOME", old.toString(), "HOME", home.toString()),
            tree.resolve("stoker").toString(),
            "node",
            "list");

    // A machine with a JDK 25 in /usr/lib/jvm finds that one first, which then looks for Main in
    // the paper jar.
    assertFalse(result.text.contains("wrong"), result.text);
    assertTrue(
        result.text.contains("from " + inHome) || result.text.contains("dev.stoker.agent.cli.Main"),
        result.text);
  }

  @Test
  void aFailedBuildIsNotTakenForABuild() throws Exception {
    script(programs.resolve("mvn"), "echo A.java is wrong; exit 1");
    Result failed = stoker("build");
    assertEquals(1, failed.exitCode);
    assertTrue(failed.text.contains("A.java is wrong\nstoker: The build failed"), failed.text);
    assertEquals(1, stoker("job", "list").exitCode);
  }

  @Test
  void setupsOptionsStayWithTheLauncherAndTheOthersGoOn() throws Exception {
    Result result = stoker("dev", "--no-install", "--listen", "127.0.0.1:0");

    assertEquals(0, result.exitCode, result.text);
    assertTrue(result.text.endsWith("Main\ndev\n--listen\n127.0.0.1:0\n"), result.text);
  }

  @Test
  void theScriptsAreCleanToShellcheck() throws Exception {
    Result result =
        run(
            ROOT,
            Map.of(),
            "shellcheck",
            ROOT.resolve("stoker").toString(),
            ROOT.resolve("deploy/dist/stoker.sh").toString(),
            ROOT.resolve("deploy/dist/tuning.sh").toString(),
            ROOT.resolve("deploy/dist/make-image").toString(),
            ROOT.resolve("deploy/setup/setup.sh").toString());
    assertEquals(0, result.exitCode, result.text);
  }

  private record Result(int exitCode, String text) {}

  private Result stoker(String... arguments) throws Exception {
    List<String> command = new ArrayList<>(List.of(tree.resolve("stoker").toString()));
    command.addAll(List.of(arguments));
    return run(folder, Map.of("JAVA_HOME", jdk.toString()), command.toArray(String[]::new));
  }

  private Result run(Path at, Map<String, String> environment, String... command) throws Exception {
    Path output = Files.createTempFile(folder, "output", ".txt");
    ProcessBuilder builder =
        new ProcessBuilder(command)
            .directory(at.toFile())
            .redirectErrorStream(true)
            .redirectOutput(output.toFile());
    builder.environment().remove("JAVA_HOME");
    builder.environment().put("CI", "true");
    builder.environment().put("HOME", folder.toString());
    builder.environment().put("PATH", programs + ":" + System.getenv("PATH"));
    builder.environment().putAll(environment);
    Process process = builder.start();
    try {
      assertTrue(process.waitFor(30, TimeUnit.SECONDS), "it hangs");
    } finally {
      process.destroyForcibly();
    }
    return new Result(process.exitValue(), Files.readString(output));
  }

  private long mavenCalls() throws IOException {
    try (var lines = Files.lines(folder.resolve("maven-calls"), UTF_8)) {
      return lines.count();
    }
  }

  /** Sources of a minute ago, so that a change is newer whatever the clock's grain. */
  private void ageSources() throws IOException {
    try (var files = Files.walk(tree)) {
      for (Path file : files.filter(Files::isRegularFile).toList()) {
        if (!file.startsWith(tree.resolve("target"))) {
          Files.setLastModifiedTime(file, FileTime.from(Instant.now().minusSeconds(60)));
        }
      }
    }
  }

  private static void write(Path file, String text) throws IOException {
    Files.createDirectories(file.getParent());
    Files.writeString(file, text);
  }

  private static void script(Path file, String body) throws IOException {
    write(file, "#!/bin/sh\n" + body + "\n");
    Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rwxr-xr-x"));
  }
}
