package dev.stoker.io.stage;

import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.stoker.io.asset.IoFailure;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;

/**
 * What a later process must know of a stage to take it away: kept in a file as long as the stage is
 * there.
 *
 * @param stageId names it
 * @param folder absolute path below which its trees lie
 * @param trees their names
 * @param owner the process that asked for it
 */
record StageRecord(String stageId, String folder, List<String> trees, StageOwner owner) {
  private static final ObjectMapper JSON =
      new ObjectMapper().configure(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES, false);

  private static final String SUFFIX = ".stage.json";

  StageRecord {
    trees = List.copyOf(trees);
  }

  /** Writes it, replacing an earlier one of the same id in one step. */
  void save(Path folderOfRecords) {
    Path file = file(folderOfRecords, stageId);
    try {
      Path fresh = file.resolveSibling(file.getFileName() + ".new");
      Files.write(fresh, JSON.writeValueAsBytes(this));
      Files.move(fresh, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    } catch (IOException e) {
      throw new IoFailure.Disk("Cannot note the stage " + stageId + " in " + file + ": " + e, e);
    }
  }

  static void delete(Path folderOfRecords, String stageId) throws IOException {
    Files.deleteIfExists(file(folderOfRecords, stageId));
  }

  /** All that are in a folder; one that cannot be read is removed, since nobody can act on it. */
  static List<StageRecord> loadAll(Path folderOfRecords) throws IOException {
    List<StageRecord> all = new ArrayList<>();
    try (DirectoryStream<Path> files = Files.newDirectoryStream(folderOfRecords)) {
      for (Path file : files) {
        try {
          if (file.toString().endsWith(SUFFIX)) {
            all.add(JSON.readValue(Files.readAllBytes(file), StageRecord.class));
            continue;
          }
        } catch (com.fasterxml.jackson.core.JacksonException e) {
          // Torn by a power loss before its stage was laid out.
        }
        Files.delete(file);
      }
    }
    return all;
  }

  /** A hash, since ids may hold anything. */
  private static Path file(Path folder, String stageId) {
    try {
      byte[] hash =
          MessageDigest.getInstance("SHA-256").digest(stageId.getBytes(StandardCharsets.UTF_8));
      return folder.resolve(HexFormat.of().formatHex(hash, 0, 16) + SUFFIX);
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("Every Java platform has SHA-256.", e);
    }
  }
}
