using Microsoft.DurableTask;

namespace Mlops.LocalHost.Durable;

/// <summary>A failure as it is stored: bounded text, never the exception itself.</summary>
internal sealed record Failure(string Type, string Message, string? Stack = null, Failure? Inner = null)
{
    private const int MaxText = 8 * 1024;

    private const int MaxDepth = 4;

    public static Failure Of(Exception exception) => Of(exception, 0);

    public TaskFailureDetails ToDetails() => new(Type, Message, Stack, Inner?.ToDetails(), null);

    private static Failure Of(Exception exception, int depth) => new(
        exception.GetType().ToString(),
        Bounded(exception.Message),
        exception.StackTrace is { } stack ? Bounded(stack) : null,
        depth >= MaxDepth ? null : InnerOf(exception, depth));

    // What an orchestrator saw fail lies in the details, not in an inner exception.
    private static Failure? InnerOf(Exception exception, int depth) => exception switch
    {
        TaskFailedException failed => Of(failed.FailureDetails, depth + 1),
        { InnerException: { } inner } => Of(inner, depth + 1),
        _ => null,
    };

    private static Failure Of(TaskFailureDetails details, int depth) => new(
        details.ErrorType,
        Bounded(details.ErrorMessage),
        details.StackTrace is { } stack ? Bounded(stack) : null,
        details.InnerFailure is { } inner && depth < MaxDepth ? Of(inner, depth + 1) : null);

    private static string Bounded(string text) => text.Length > MaxText ? text[..MaxText] : text;
}
