package dev.stoker.openjd.param;

import dev.stoker.openjd.expr.Value;

/**
 * A parameter of a job with its value.
 *
 * @param value for PATH an absolute path
 * @param objectType DIRECTORY unless a template says FILE; means nothing for other types than PATH
 * @param dataFlow NONE unless a template says otherwise; means nothing for other types than PATH
 */
public record JobParameter(
    String name, JobParameterType type, Value value, ObjectType objectType, DataFlow dataFlow) {}
