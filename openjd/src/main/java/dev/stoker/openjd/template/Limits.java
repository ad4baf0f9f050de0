package dev.stoker.openjd.template;

import java.util.Set;

/** Greatest lengths and counts of the specification; FEATURE_BUNDLE_1 (RFC 0004) raises some. */
record Limits(
    int identifier, int jobName, int stepName, int environmentName, int filename, int parameters) {
  static final int DESCRIPTION = 2048;
  static final int PARAMETER_VALUE = 1024;
  static final int RANGE_ITEMS = 1024;
  static final int TASK_PARAMETERS = 16;
  static final int ENVIRONMENT_PARAMETERS = 50;
  static final int VARIABLE_NAME = 256;
  static final int VARIABLE_VALUE = 2048;
  static final int UI_LABEL = 64;
  static final int FILE_FILTERS = 20;
  static final int REQUIREMENTS = 50;
  static final int ATTRIBUTE_VALUES = 50;

  static Limits with(Set<Extension> extensions) {
    return extensions.contains(Extension.FEATURE_BUNDLE_1)
        ? new Limits(512, 512, 512, 512, 256, 200)
        : new Limits(64, 128, 64, 64, 64, 50);
  }
}
