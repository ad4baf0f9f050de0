package dev.stoker.controller;

import dev.stoker.controller.api.ControllerSettings;
import dev.stoker.controller.store.DatabaseAddress;
import dev.stoker.controller.store.PostgresQueueStore;
import dev.stoker.controller.store.QueueStore;
import dev.stoker.controller.store.SqliteQueueStore;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/** Where a test's queue lives; a folder stands for one queue, in either. */
public enum StoreKind {
  SQLITE {
    @Override
    public QueueStore open(Path folder) {
      return SqliteQueueStore.open(folder);
    }

    @Override
    public ControllerSettings settings(Path folder) {
      return ControllerSettings.loopback(folder, 0);
    }
  },

  POSTGRESQL {
    @Override
    public QueueStore open(Path folder) {
      return PostgresQueueStore.open(database(folder));
    }

    @Override
    public ControllerSettings settings(Path folder) {
      return ControllerSettings.loopback(folder, 0).withDatabase(database(folder));
    }

    private DatabaseAddress database(Path folder) {
      dropLeftOvers();
      return DATABASES.computeIfAbsent(folder, ignored -> PostgresServer.sharedDatabase());
    }

    // Those of tests that are over: JUnit removed their temporary folders.
    private void dropLeftOvers() {
      for (Path known : List.copyOf(DATABASES.keySet())) {
        if (isOver(known)) {
          DatabaseAddress database = DATABASES.remove(known);
          if (database != null) {
            PostgresServer.drop(database);
          }
        }
      }
    }

    private boolean isOver(Path folder) {
      for (Path each = folder;
          each != null && each.getFileName() != null;
          each = each.getParent()) {
        if (each.getFileName().toString().startsWith("junit")) {
          return Files.notExists(each);
        }
      }
      return false;
    }
  };

  private static final Map<Path, DatabaseAddress> DATABASES = new ConcurrentHashMap<>();

  public abstract QueueStore open(Path folder);

  public abstract ControllerSettings settings(Path folder);
}
