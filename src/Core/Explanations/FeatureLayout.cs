using Mlops.Registry;
using Mlops.Serving;

namespace Mlops.Explanations;

/// <summary>Where each feature of a signature lies in a <see cref="FeatureBatch"/>.</summary>
internal sealed class FeatureLayout
{
    private readonly (bool IsNumeric, int Index)[] _places;
    private readonly int _numbers;
    private readonly int _strings;

    public FeatureLayout(ModelSignature signature)
    {
        _places = new (bool, int)[signature.Features.Count];
        for (var i = 0; i < _places.Length; i++)
        {
            var isNumeric = signature.Features[i].IsNumeric;
            _places[i] = (isNumeric, isNumeric ? _numbers++ : _strings++);
        }
    }

    /// <summary>Whether some row of <paramref name="background"/> has another value of the feature than the row.</summary>
    public bool Varies(int feature, FeatureBatch rows, int row, FeatureBatch background)
    {
        var (isNumeric, index) = _places[feature];
        for (var other = 0; other < background.Rows; other++)
        {
            var isSame = isNumeric
                ? rows.Numbers.Span[(row * _numbers) + index].Equals(background.Numbers.Span[(other * _numbers) + index])
                : rows.Strings.Span[(row * _strings) + index] == background.Strings.Span[(other * _strings) + index];
            if (!isSame)
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>The rows of a batch, all of them so many times.</summary>
    public WritableBatch Repeat(FeatureBatch batch, int times)
    {
        var numbers = new float[batch.Rows * times * _numbers];
        var strings = new string[batch.Rows * times * _strings];
        for (var i = 0; i < times; i++)
        {
            batch.Numbers.Span.CopyTo(numbers.AsSpan(i * batch.Rows * _numbers));
            batch.Strings.Span.CopyTo(strings.AsSpan(i * batch.Rows * _strings));
        }

        return new WritableBatch(batch.Rows * times, numbers, strings);
    }

    /// <summary>Puts a row's value of one feature into some rows of a batch.</summary>
    public void Copy(int feature, FeatureBatch rows, int row, WritableBatch target, int first, int count)
    {
        var (isNumeric, index) = _places[feature];
        for (var at = first; at < first + count; at++)
        {
            if (isNumeric)
            {
                target.Numbers[(at * _numbers) + index] = rows.Numbers.Span[(row * _numbers) + index];
            }
            else
            {
                target.Strings[(at * _strings) + index] = rows.Strings.Span[(row * _strings) + index];
            }
        }
    }
}

/// <summary>Rows to score, still to be changed.</summary>
internal sealed record WritableBatch(int Rows, float[] Numbers, string[] Strings)
{
    public static implicit operator FeatureBatch(WritableBatch batch) => new(batch.Rows, batch.Numbers, batch.Strings);
}
