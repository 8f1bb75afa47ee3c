namespace Mlops.Serving;

/// <summary>One thing that is wrong with a prediction request.</summary>
/// <param name="Path">Where: <c>records[3].age</c>, <c>record.age</c>, <c>records</c> or <c>body</c>.</param>
/// <param name="Message">What was expected there, and what was found.</param>
public sealed record PredictionError(string Path, string Message);

/// <summary>What came of reading a prediction request.</summary>
public abstract record PredictionReading
{
    private PredictionReading() { }

    /// <summary>The caller disposes the rows when they are scored.</summary>
    public sealed record Accepted(FeatureRows Rows) : PredictionReading
    {
        /// <summary>Whether probabilities are asked for in the place of labels.</summary>
        public bool WantsProbabilities { get; init; }

        /// <summary>What came as a text of its own, if it did.</summary>
        public string? Text { get; init; }
    }

    /// <param name="Errors">What is wrong, in the order of the request; at most <see cref="PredictionRequestReader.MaxErrors"/>.</param>
    public sealed record Refused(IReadOnlyList<PredictionError> Errors) : PredictionReading;
}
