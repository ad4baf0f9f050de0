package dev.stoker.io.cache;

import java.util.ArrayList;
import java.util.List;

/**
 * Keeps what is found while a cache is opened until somebody listens, and hands on what is found
 * later to all who do. Thread-safe.
 */
final class DamageReports implements DamageListener {
  private static final System.Logger LOG = System.getLogger(DamageReports.class.getName());

  /** Guarded by this. */
  private final List<DamagedFile> early = new ArrayList<>();

  private final List<DamageListener> listeners = new ArrayList<>(); // guarded by this

  void goTo(DamageListener who) {
    List<DamagedFile> missed;
    synchronized (this) {
      listeners.add(who);
      missed = List.copyOf(early);
      early.clear();
    }
    missed.forEach(who::damaged);
  }

  void goNoMoreTo(DamageListener who) {
    synchronized (this) {
      listeners.remove(who);
    }
  }

  @Override
  public void damaged(DamagedFile file) {
    List<DamageListener> all;
    synchronized (this) {
      all = List.copyOf(listeners);
      if (all.isEmpty()) {
        early.add(file);
      }
    }
    if (!all.isEmpty()) {
      LOG.log(System.Logger.Level.ERROR, file.sentence());
      all.forEach(who -> who.damaged(file));
    }
  }
}
