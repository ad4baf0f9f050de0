package dev.stoker.controller.api;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A queue in a file: whose it is. */
class DataFolderTest {
  @TempDir Path folder;

  @Test
  void oneProcessOwnsTheDataFolderAndOthersCannotReadIt() throws Exception {
    ControllerSettings settings = ControllerSettings.loopback(folder, 0);
    try (var server = ControllerServer.start(settings)) {
      assertTrue(server.url().getPort() > 0);
      var refused = assertThrows(StartException.class, () -> ControllerServer.start(settings));
      assertTrue(refused.getMessage().contains("in use by process"), refused.getMessage());
      try (var files = Files.list(folder)) {
        for (Path file : files.toList()) {
          assertEquals(
              "rw-------",
              PosixFilePermissions.toString(Files.getPosixFilePermissions(file)),
              file.toString());
        }
      }
    }
  }
}
