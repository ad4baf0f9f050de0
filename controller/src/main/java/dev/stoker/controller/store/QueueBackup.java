package dev.stoker.controller.store;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;

/** Copies a queue in a file, also while its controller runs; PostgreSQL has tools of its own. */
public final class QueueBackup {
  private static final String QUEUE = "queue.db";

  private QueueBackup() {}

  /**
   * Writes one consistent picture of the queue to a new file that only its owner can read.
   *
   * @throws StoreException when there is no queue, or the file exists or cannot be written
   */
  public static void write(Path dataFolder, Path file) {
    Path queue = dataFolder.resolve(QUEUE);
    if (!Files.exists(queue)) {
      throw new StoreException("There is no queue in " + dataFolder + "; check --data.");
    }
    if (Files.exists(file)) {
      throw new StoreException(file + " exists already; name a new file.");
    }
    try {
      FolderLock.createPrivate(file);
      // SQLite's own copy, which sees one picture and leaves out what was deleted (VACUUM INTO); it
      // takes an empty file for a new one.
      try (Connection connection = DriverManager.getConnection("jdbc:sqlite:" + queue);
          PreparedStatement copy = connection.prepareStatement("vacuum into ?")) {
        copy.setString(1, file.toString());
        copy.execute();
      }
    } catch (IOException | SQLException e) {
      throw new StoreException("Cannot write the backup " + file + ": " + e.getMessage() + ".", e);
    }
  }

  /**
   * Makes a backup the queue of a data folder that has none.
   *
   * @throws StoreException when the folder is in use or has a queue, or the file is no backup
   */
  public static void restore(Path file, Path dataFolder) {
    FolderLock lock = FolderLock.take(dataFolder);
    try {
      Path queue = dataFolder.resolve(QUEUE);
      if (Files.exists(queue)) {
        throw new StoreException(
            dataFolder + " has a queue already; move it away or name another --data.");
      }
      check(file);
      Path part = dataFolder.resolve(QUEUE + ".part");
      FolderLock.createPrivate(part);
      Files.copy(file, part, StandardCopyOption.REPLACE_EXISTING);
      FolderLock.createPrivate(part);
      Files.move(part, queue, StandardCopyOption.ATOMIC_MOVE);
    } catch (NoSuchFileException e) {
      throw new StoreException("There is no backup " + file + ".", e);
    } catch (IOException e) {
      throw new StoreException("Cannot restore " + file + ": " + e.getMessage() + ".", e);
    } finally {
      lock.close();
    }
  }

  private static void check(Path file) throws IOException {
    if (!Files.exists(file)) {
      throw new NoSuchFileException(file.toString());
    }
    try (Connection connection = DriverManager.getConnection("jdbc:sqlite:" + file);
        Statement statement = connection.createStatement();
        ResultSet answer = statement.executeQuery("pragma integrity_check")) {
      if (!answer.next() || !"ok".equals(answer.getString(1))) {
        throw new StoreException(file + " is damaged; restore another backup.");
      }
      statement.executeQuery("select count(*) from schema_version").close();
    } catch (SQLException e) {
      throw new StoreException(file + " is no backup of a queue: " + e.getMessage() + ".", e);
    }
  }
}
