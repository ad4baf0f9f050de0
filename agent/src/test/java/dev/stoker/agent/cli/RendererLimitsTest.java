package dev.stoker.agent.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.stoker.agent.config.ConfigFailure;
import dev.stoker.agent.config.Flags;
import dev.stoker.agent.config.Settings;
import dev.stoker.agent.launch.SessionLimits;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RendererLimitsTest {
  @TempDir Path folder;

  private SessionLimits read(String yaml) throws Exception {
    Files.writeString(folder.resolve("stoker.yaml"), yaml);
    Map<String, String> environment = Map.of("HOME", folder.toString());
    return RendererLimits.of(Settings.load(Flags.NONE, environment, folder).file().renderers());
  }

  private String refused(String yaml) {
    return String.valueOf(assertThrows(ConfigFailure.class, () -> read(yaml)).getMessage());
  }

  @Test
  void whatIsNotSaidIsAsEverybodyWantsIt() throws Exception {
    assertEquals(SessionLimits.DEFAULT, read("name: x\n"));
    assertEquals(
        new SessionLimits(5, Map.of("core", 0L, "nofile", 65_536L, "stack", -1L, "as", 2L << 30)),
        read("renderers: {ulimits: {nofile: 65536, stack: unlimited, as: 2GiB}}\n"));
    assertEquals(
        new SessionLimits(19, Map.of("core", -1L)),
        read("renderers: {nice: 19, ulimits: {core: unlimited}}\n"));
  }

  @Test
  void whatNoRendererCanHaveIsRefusedByName() {
    assertEquals("'renderers.nice' is 20; write 0 to 19.", refused("renderers: {nice: 20}\n"));
    assertEquals(
        "'renderers.ulimits' names 'cpu'; known are as, core, fsize, memlock, nofile, nproc, stack.",
        refused("renderers: {ulimits: {cpu: 3}}\n"));
    assertEquals(
        "renderers.ulimits.core is 'much', which is no size; write bytes or a number with K, M, G, T,"
            + " KiB … TiB or kB … TB, such as 512MiB.",
        refused("renderers: {ulimits: {core: much}}\n"));
  }
}
