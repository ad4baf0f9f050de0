package dev.stoker.agent.config;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Optional;
import java.util.Set;

/**
 * What {@code stoker login} keeps in a person's home: a controller and the token for it, in a file
 * that nobody else may read.
 *
 * @param controller URL without a trailing slash
 * @param token goes to that controller only
 */
public record Login(String controller, String token) {
  private static final ObjectMapper JSON = JsonMapper.builder().build();
  private static final Set<PosixFilePermission> PRIVATE =
      PosixFilePermissions.fromString("rw-------");

  /** Where it lies below a home folder. */
  static Path file(Path home) {
    return home.resolve(".config/stoker/login.json");
  }

  /**
   * The login of a file, if there is one.
   *
   * @throws ConfigFailure when others may read it, or it is no login
   */
  static Optional<Login> read(Path file) {
    try {
      for (PosixFilePermission each : Files.getPosixFilePermissions(file)) {
        if (!each.name().startsWith("OWNER_")) {
          throw new ConfigFailure(
              "Others may read the token in %s; log in again, or run 'chmod 600 %s'."
                  .formatted(file, file));
        }
      }
      Login login = JSON.readValue(Files.readString(file), Login.class);
      if (login == null || login.controller() == null || login.token() == null) {
        throw new ConfigFailure("%s holds no login; log in again.".formatted(file));
      }
      return Optional.of(login);
    } catch (NoSuchFileException e) {
      return Optional.empty();
    } catch (JsonProcessingException e) {
      throw new ConfigFailure("%s holds no login; log in again.".formatted(file));
    } catch (IOException e) {
      throw new ConfigFailure("Cannot read %s: %s.".formatted(file, e.getMessage()));
    }
  }

  /** Puts it there at once or not at all, in place of what was there. */
  void write(Path file) throws IOException {
    Path folder = file.toAbsolutePath().getParent();
    Files.createDirectories(folder);
    Path made =
        Files.createTempFile(
            folder, ".login-", ".json", PosixFilePermissions.asFileAttribute(PRIVATE));
    try {
      Files.write(made, JSON.writeValueAsBytes(this));
      Files.move(made, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    } finally {
      Files.deleteIfExists(made);
    }
  }

  @Override
  public String toString() {
    return "Login[" + controller + "]";
  }
}
