package dev.stoker.io.mount;

import dev.stoker.io.source.FolderItem;
import java.text.Normalizer;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What lies directly in one folder. A name is found in either Unicode form: Macs write é as two
 * characters, everybody else as one, and artists cannot see the difference. Immutable.
 */
final class Listing {
  private final Map<String, FolderItem> byName;
  private final Map<String, FolderItem> byForm;
  private final long madeNanos;

  /**
   * @param madeNanos when it was asked for, on {@link System#nanoTime()}'s clock
   */
  Listing(List<FolderItem> items, long madeNanos) {
    this.madeNanos = madeNanos;
    byName = LinkedHashMap.newLinkedHashMap(items.size());
    byForm = new HashMap<>();
    for (FolderItem item : items) {
      byName.put(item.name(), item);
      if (!isAscii(item.name())) {
        byForm.putIfAbsent(form(item.name()), item);
      }
    }
  }

  /** The item of that name, or else of its other form. */
  @Nullable FolderItem find(String name) {
    FolderItem exact = byName.get(name);
    return exact != null || isAscii(name) ? exact : byForm.get(form(name));
  }

  Collection<FolderItem> items() {
    return byName.values();
  }

  int size() {
    return byName.size();
  }

  long madeNanos() {
    return madeNanos;
  }

  private static boolean isAscii(String name) {
    return name.chars().allMatch(c -> c < 128);
  }

  private static String form(String name) {
    return Normalizer.normalize(name, Normalizer.Form.NFC);
  }
}
