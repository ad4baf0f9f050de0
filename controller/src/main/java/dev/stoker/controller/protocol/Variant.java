package dev.stoker.controller.protocol;

import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Repeatable;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/**
 * One of the forms that a request has: which fields go with a value of its field {@code kind}. The
 * OpenAPI document lists them.
 */
@Documented
@Repeatable(Variant.All.class)
@Retention(RetentionPolicy.RUNTIME)
@Target(ElementType.TYPE)
public @interface Variant {
  /** The value of {@code kind}. */
  String kind();

  /** Fields that must be given, although other forms have none. */
  String[] needs() default {};

  /** Fields that this form does not have. */
  String[] without() default {};

  /** All forms of a request. */
  @Documented
  @Retention(RetentionPolicy.RUNTIME)
  @Target(ElementType.TYPE)
  @interface All {
    /** Which. */
    Variant[] value();
  }
}
