namespace Mlops.Training;

/// <summary>Keeps the loss of a training as it goes on, thinned out to at most 200 points however long it takes.</summary>
/// <remarks>Not safe for concurrent use: a learner reports on one thread, and the points are read when it has ended.</remarks>
public sealed class LossCurve
{
    private readonly List<LossPoint> _points = [];
    private LossPoint? _last;
    private int _every = 1;

    /// <summary>What is kept, and the last report.</summary>
    public IReadOnlyList<LossPoint> Points => _last is null || _points[^1] == _last ? _points : [.. _points, _last];

    public void Add(TrainingProgress progress)
    {
        _last = new LossPoint(progress.Completed, progress.Loss);
        if (_points.Count > 0 && progress.Completed < _points[^1].Completed + _every)
        {
            return;
        }

        _points.Add(_last);
        if (_points.Count == ReportCurves.MostPoints)
        {
            _every *= 2;
            var kept = _points.Where((_, index) => index % 2 is 0).ToList();
            _points.Clear();
            _points.AddRange(kept);
        }
    }
}
