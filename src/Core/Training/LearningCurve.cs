namespace Mlops.Training;

/// <summary>The loss as training goes on, at rounds that are the same in every training, so that curves compare.</summary>
public sealed class LearningCurve
{
    private readonly List<LossPoint> _points = [];

    /// <summary>At most 280 of 10,000 rounds, ascending. To be read when training has ended.</summary>
    public IReadOnlyList<LossPoint> Points => _points;

    /// <summary>Whether a round is kept: every one up to 100, every tenth up to 1,000, every hundredth beyond.</summary>
    public static bool IsKept(int round) => round <= 100 || round % (round <= 1_000 ? 10 : 100) is 0;

    public void Add(TrainingProgress progress)
    {
        if (IsKept(progress.Completed) && double.IsFinite(progress.Loss))
        {
            _points.Add(new LossPoint(progress.Completed, progress.Loss));
        }
    }
}
