using DurableTask.Core;
using Microsoft.DurableTask;
using CoreTaskFailedException = DurableTask.Core.Exceptions.TaskFailedException;

namespace Mlops.LocalHost.Durable;

/// <summary>A failure as <see cref="RetryPolicy.Handle"/> takes it: the predicate was made for exceptions of the Durable Task core.</summary>
internal static class CoreFailure
{
    public static CoreTaskFailedException Of(TaskFailureDetails details) => new(details.ErrorMessage) { FailureDetails = ToCore(details) };

    private static FailureDetails ToCore(TaskFailureDetails details) => new(
        details.ErrorType,
        details.ErrorMessage,
        details.StackTrace,
        details.InnerFailure is { } inner ? ToCore(inner) : null,
        isNonRetriable: false);
}
