package dev.stoker.openjd.template;

import java.util.Arrays;
import java.util.Collections;
import java.util.EnumSet;
import java.util.Optional;
import java.util.Set;

/** Extensions of specification version 2023-09 that this implementation knows. */
public enum Extension {
  /** RFC 0001: tasks over chunks of integers. */
  TASK_CHUNKING,
  /** RFC 0003: environment variables whose values never reach a log. */
  REDACTED_ENV_VARS,
  /** RFC 0004: larger limits, format strings for numbers, scripts without boilerplate. */
  FEATURE_BUNDLE_1;

  /** All of them. */
  public static final Set<Extension> ALL =
      Collections.unmodifiableSet(EnumSet.allOf(Extension.class));

  static Optional<Extension> ofName(String name) {
    return Arrays.stream(values()).filter(extension -> extension.name().equals(name)).findFirst();
  }
}
