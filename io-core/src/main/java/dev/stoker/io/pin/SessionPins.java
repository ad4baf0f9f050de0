package dev.stoker.io.pin;

import dev.stoker.io.asset.AssetInfo;
import dev.stoker.io.asset.AssetUri;
import dev.stoker.io.asset.IoFailure;
import dev.stoker.io.asset.NfsUri;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/** The versions that one session keeps to. Thread-safe. */
public final class SessionPins {
  /** Of a session that goes by no sheet. */
  public static final SessionPins NONE = new SessionPins(null, List.of());

  /** More of them say nothing more. */
  private static final int MOST_CONFLICTS = 100;

  private final @Nullable PinSheet sheet;
  private final List<String> free;
  private final ReentrantLock lock = new ReentrantLock(); // guards conflicts; taken after a sheet's
  private final Map<String, PinConflict> conflicts = new LinkedHashMap<>();

  SessionPins(@Nullable PinSheet sheet, List<String> free) {
    this.sheet = sheet;
    this.free = free.stream().map(place -> place.endsWith("/") ? place : place + "/").toList();
  }

  @Nullable PinSheet sheet() {
    return sheet;
  }

  /**
   * The session is about to read a version of a file. One of which its origin tells no version is
   * nobody's to compare, and what the session's own work changes is not compared.
   *
   * @throws IoFailure.Changed when others of its sheet read another one; the session has a conflict
   *     then, whoever of it wanted to read
   */
  public void use(String location, AssetUri tree, AssetInfo info) {
    PinConflict conflict = conflict(location, tree, info);
    if (conflict != null) {
      hasConflict(conflict);
      throw new IoFailure.Changed(conflict.sentence());
    }
  }

  /**
   * The same for a file that is brought for a part of the session that has not begun: what goes on
   * in it meanwhile has no conflict.
   *
   * @throws IoFailure.Changed when others of its sheet read another one
   */
  public void require(String location, AssetUri tree, AssetInfo info) {
    PinConflict conflict = conflict(location, tree, info);
    if (conflict != null) {
      throw new IoFailure.Changed(conflict.sentence());
    }
  }

  private @Nullable PinConflict conflict(String location, AssetUri tree, AssetInfo info) {
    if (sheet == null || !info.version().cacheable()) {
      return null;
    }
    String name = location + "/" + info.path();
    return isFree(name)
        ? null
        : sheet.use(this, name, info.version().token(), tree instanceof NfsUri);
  }

  private boolean isFree(String name) {
    for (String place : free) {
      if (name.startsWith(place)
          || (name.length() == place.length() - 1 && place.startsWith(name))) {
        return true;
      }
    }
    return false;
  }

  void hasConflict(PinConflict conflict) {
    lock.lock();
    try {
      if (conflicts.size() < MOST_CONFLICTS) {
        conflicts.putIfAbsent(conflict.name(), conflict);
      }
    } finally {
      lock.unlock();
    }
  }

  /** What it met that others of its sheet read otherwise, in the order of their finding. */
  List<PinConflict> conflicts() {
    lock.lock();
    try {
      return new ArrayList<>(conflicts.values());
    } finally {
      lock.unlock();
    }
  }
}
