package dev.stoker.io.cache;

/**
 * Told of damage to files that were laid out for others. Called by whichever thread found it, maybe
 * with the damaged entry locked; does not call the cache, returns soon and does not throw.
 */
@FunctionalInterface
public interface DamageListener {
  void damaged(DamagedFile file);
}
