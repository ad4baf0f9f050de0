package dev.stoker.openjd.template;

/**
 * Counts what a document holds, aliases expanded, so that neither depth nor the "billion laughs" of
 * nested aliases can exhaust a reader. Not thread-safe; owned by the reading of one document.
 */
final class NodeBudget {
  /** The schema nests 11 deep. */
  private static final int MAX_DEPTH = 64;

  /** Templates have some thousand values; this many still fit into a few hundred MiB. */
  private static final int MAX_NODES = 1_000_000;

  private int used;

  /** Accounts for one value at this depth of the document. */
  void take(int depth, int line) {
    if (depth > MAX_DEPTH) {
      throw new TemplateException(
          "The template nests deeper than " + MAX_DEPTH + " levels in line " + line + ".");
    }
    takeMore(1, line);
  }

  /** Accounts for all the values that an alias stands for. */
  void takeMore(int nodes, int line) {
    used += nodes;
    if (used > MAX_NODES) {
      throw new TemplateException(
          "The template has more than "
              + MAX_NODES
              + " values, aliases expanded, in line "
              + line
              + ".");
    }
  }

  int used() {
    return used;
  }
}
