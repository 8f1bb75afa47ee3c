using Mlops.Data;

namespace Mlops.Training;

/// <summary>Rows that teach or test, with every column: weights and groups are no features.</summary>
/// <param name="Frame">All columns of the data set.</param>
/// <param name="Target">The class index or value of each row, never NaN.</param>
public sealed record LearningRows(DataFrame Frame, double[] Target)
{
    public LearningRows Take(int[] rows) => new(Frame.Take(rows), Array.ConvertAll(rows, row => Target[row]));
}

/// <summary>Trains a model on rows, with everything that is settled settled.</summary>
/// <param name="rows">What to learn from.</param>
/// <param name="validation">Rows that are not learned from; null if there are none.</param>
/// <param name="progress">Called after every round or iteration; what it throws ends the training.</param>
/// <exception cref="TrainingRefusedException">The data cannot be learned from.</exception>
public delegate ITrainedModel Fit(
    LearningRows rows, LearningRows? validation, Action<TrainingProgress>? progress, CancellationToken cancellationToken);
