package dev.stoker.openjd.template;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/** What holds throughout the decoding of one template, and the problems found so far. */
record Context(Set<Extension> extensions, Limits limits, List<Problem> problems) {
  static Context of(Set<Extension> extensions) {
    return new Context(Set.copyOf(extensions), Limits.with(extensions), new ArrayList<>());
  }

  boolean has(Extension extension) {
    return extensions.contains(extension);
  }

  void throwIfProblems() {
    if (!problems.isEmpty()) {
      throw new TemplateException(problems);
    }
  }
}
