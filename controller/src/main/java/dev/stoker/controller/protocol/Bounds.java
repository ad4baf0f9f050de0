package dev.stoker.controller.protocol;

import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/**
 * What is taken of a field of a request. The OpenAPI document tells it to callers; the desks hold
 * requests to it, and a test holds the two together.
 */
@Documented
@Retention(RetentionPolicy.RUNTIME)
@Target(ElementType.TYPE_USE)
public @interface Bounds {
  /** The most characters of a name: what DNS gives one. */
  int NAME = 253;

  /** The most characters of a path: PATH_MAX of Linux. */
  int PATH = 4_096;

  /** The most characters of a URI. */
  int URI = 8_192;

  /** The smallest number, or the fewest characters or members. */
  long least() default Long.MIN_VALUE;

  /** The largest number, or the most characters or members. */
  long most() default Long.MAX_VALUE;

  /** Whether a text has no control characters and, unless it may be empty, more than blanks. */
  boolean printable() default false;

  /** Whether no member of a list is there twice. */
  boolean unique() default false;

  /** Whether callers may leave it out and something takes its place. */
  boolean optional() default false;

  /** A regular expression that a text has a match of. */
  String pattern() default "";
}
