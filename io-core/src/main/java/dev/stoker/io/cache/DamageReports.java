package dev.stoker.io.cache;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Keeps what is found while a cache is opened until somebody listens, and hands on what is found
 * later. Thread-safe.
 */
final class DamageReports implements DamageListener {
  private static final System.Logger LOG = System.getLogger(DamageReports.class.getName());

  /** Guarded by this. */
  private final List<DamagedFile> early = new ArrayList<>();

  private @Nullable DamageListener listener; // guarded by this

  void goTo(DamageListener who) {
    List<DamagedFile> missed;
    synchronized (this) {
      listener = who;
      missed = List.copyOf(early);
      early.clear();
    }
    missed.forEach(who::damaged);
  }

  @Override
  public void damaged(DamagedFile file) {
    DamageListener who;
    synchronized (this) {
      who = listener;
      if (who == null) {
        early.add(file);
      }
    }
    if (who != null) {
      LOG.log(System.Logger.Level.ERROR, file.sentence());
      who.damaged(file);
    }
  }
}
