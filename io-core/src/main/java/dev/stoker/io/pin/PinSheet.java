package dev.stoker.io.pin;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * The versions that the sessions of one sheet read on this node: those that it was told of, and
 * those that a session met first and that nobody was told of yet. Thread-safe.
 *
 * <p>Of the told ones a name and a version are kept, some 300 bytes: 80 MB for the 250,000 that a
 * sheet has at most. What is met beyond that a session keeps to for itself.
 */
final class PinSheet {
  /** As many as a session's own pins in the mount. */
  private static final int MOST = 250_000;

  private final String id;
  private final ReentrantLock lock = new ReentrantLock();
  // Guarded by lock: all below.
  private final Map<String, String> told = new HashMap<>();
  private final Map<String, Met> met = new HashMap<>();
  private long next;

  /** A version that sessions read before anybody was told of it. */
  private static final class Met {
    final String version;
    final boolean sharesIds;
    final Set<SessionPins> readers = new HashSet<>(2);

    Met(String version, boolean sharesIds) {
      this.version = version;
      this.sharesIds = sharesIds;
    }
  }

  PinSheet(String id) {
    this.id = id;
  }

  String id() {
    return id;
  }

  /** Up to where it was told; see {@link NodePins}. */
  long next() {
    lock.lock();
    try {
      return next;
    } finally {
      lock.unlock();
    }
  }

  /**
   * A session is about to read a version.
   *
   * @param sharesIds whether file ids are one server's, and not each machine's own
   * @return why it must not; null when it may
   */
  @Nullable PinConflict use(SessionPins reader, String name, String version, boolean sharesIds) {
    lock.lock();
    try {
      String pinned = told.get(name);
      if (pinned != null) {
        return agree(pinned, version, sharesIds) ? null : new PinConflict(name, pinned, version);
      }
      Met known = met.get(name);
      if (known == null) {
        if (told.size() + met.size() >= MOST) {
          return null;
        }
        known = new Met(version, sharesIds);
        met.put(name, known);
      } else if (!agree(known.version, version, sharesIds)) {
        return new PinConflict(name, known.version, version);
      }
      known.readers.add(reader);
      return null;
    } finally {
      lock.unlock();
    }
  }

  /**
   * Learns what others read. Whoever read another version here has a conflict from now on.
   *
   * @param upTo what {@link #next} is after it; smaller than it is: it stays
   */
  void tell(List<Pin> pins, long upTo) {
    lock.lock();
    try {
      for (Pin pin : pins) {
        told.putIfAbsent(pin.name(), pin.version());
        Met mine = met.remove(pin.name());
        if (mine != null && !agree(pin.version(), mine.version, mine.sharesIds)) {
          PinConflict conflict = new PinConflict(pin.name(), pin.version(), mine.version);
          mine.readers.forEach(reader -> reader.hasConflict(conflict));
        }
      }
      next = Math.max(next, upTo);
    } finally {
      lock.unlock();
    }
  }

  /** Of what was met and not told yet, what a session read. */
  List<Pin> metBy(SessionPins reader, int most) {
    lock.lock();
    try {
      List<Pin> some = new ArrayList<>();
      for (Map.Entry<String, Met> entry : met.entrySet()) {
        if (some.size() == most) {
          break;
        }
        if (entry.getValue().readers.contains(reader)) {
          some.add(new Pin(entry.getKey(), entry.getValue().version));
        }
      }
      return some;
    } finally {
      lock.unlock();
    }
  }

  /** A session is over: what only it read, and nobody was told of, binds nobody. */
  void leave(SessionPins reader) {
    lock.lock();
    try {
      met.values().removeIf(each -> each.readers.remove(reader) && each.readers.isEmpty());
    } finally {
      lock.unlock();
    }
  }

  /**
   * Whether two tokens stand for the same bytes. Of files on file systems, size and mtime must be
   * equal: a link or a new mode moves the ctime, and machines that mount the same share may number
   * its files differently (SMB, FUSE). Where one server numbers them, so must the number.
   */
  static boolean agree(String one, String other, boolean sharesIds) {
    if (one.equals(other)) {
      return true;
    }
    String[] left = one.split(":", -1);
    String[] right = other.split(":", -1);
    return left.length == 5
        && right.length == 5
        && left[0].equals("file")
        && right[0].equals("file")
        && left[1].equals(right[1])
        && left[2].equals(right[2])
        && (!sharesIds || left[4].equals(right[4]));
  }
}
