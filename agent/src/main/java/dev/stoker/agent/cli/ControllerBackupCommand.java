package dev.stoker.agent.cli;

import dev.stoker.agent.config.Settings;
import dev.stoker.controller.store.QueueBackup;
import dev.stoker.controller.store.StoreException;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import java.util.function.BiConsumer;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/** {@code stoker controller backup|restore}: copies the queue that lies in the data folder. */
@Command(sortOptions = false)
final class ControllerBackupCommand implements Callable<Integer> {
  private final Context context;
  private final BiConsumer<Path, Path> copy;

  @Parameters(paramLabel = "FILE", description = "The backup.")
  private Path file = Path.of("");

  /**
   * @param copy takes the controller's data folder and the backup
   */
  private ControllerBackupCommand(Context context, BiConsumer<Path, Path> copy) {
    this.context = context;
    this.copy = copy;
  }

  static ControllerBackupCommand backup(Context context) {
    return new ControllerBackupCommand(context, QueueBackup::write);
  }

  static ControllerBackupCommand restore(Context context) {
    return new ControllerBackupCommand(context, (data, file) -> QueueBackup.restore(file, data));
  }

  @Override
  public Integer call() {
    Settings settings = context.settings();
    if (settings.database().isPresent()) {
      throw CommandFailure.failed(
          "The queue lies in PostgreSQL; copy it with pg_dump and pg_restore.");
    }
    try {
      copy.accept(ControllerCommand.folder(settings), context.folder().resolve(file));
      return 0;
    } catch (StoreException e) {
      throw CommandFailure.failed(String.valueOf(e.getMessage()));
    }
  }
}
