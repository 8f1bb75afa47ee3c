namespace Mlops.Http;

/// <summary>One thing that is wrong with a request.</summary>
/// <param name="Field">Where: a path into the body (<c>learner.name</c>, <c>records[3].age</c>), a query parameter, route value or
/// header.</param>
/// <param name="Message">What was expected there, and what was found.</param>
public sealed record FieldError(string Field, string Message);

/// <summary>The request cannot be answered as asked; the middleware turns this into a problem document with its status.</summary>
/// <remarks>
/// Only the edge throws it. Refusals that the domain decides are outcomes, which a function answers with <see cref="Problems"/>.
/// </remarks>
public sealed class ProblemException(int status, string detail, IReadOnlyList<FieldError> errors, Exception? inner = null)
    : Exception(detail, inner)
{
    public ProblemException(int status, FieldError error, Exception? inner = null)
        : this(status, $"{error.Field}: {error.Message}", [error], inner)
    {
    }

    public int Status { get; } = status;

    public IReadOnlyList<FieldError> Errors { get; } = errors;
}
