using System.Text.Json;

namespace Mlops.Serving;

/// <summary>Tables that name their columns once.</summary>
internal ref partial struct PredictionParse
{
    /// <summary><c>{"columns": […], "data": [[…], …], "index"?: […]}</c>, whose members may come in any order.</summary>
    private void ReadSplit()
    {
        const string Path = "dataframe_split";
        if (_json.TokenType is not JsonTokenType.StartObject)
        {
            Fail(Path, $"expected an object with 'columns' and 'data', found {Found()}");
            _json.Skip();
            return;
        }

        var data = _json;
        var (hasColumns, hasData) = (false, false);
        while (!IsFull && _json.Read() && _json.TokenType is JsonTokenType.PropertyName)
        {
            if (_json.ValueTextEquals("columns"u8))
            {
                hasColumns = true;
                _json.Read();
                ReadColumnNames(Path);
            }
            else if (_json.ValueTextEquals("data"u8))
            {
                hasData = true;
                _json.Read();
                data = _json;
                _json.Skip();
            }
            else if (_json.ValueTextEquals("index"u8))
            {
                SkipValue();
            }
            else
            {
                Fail($"{Path}.{JsonTokens.Told(_json.GetString())}", "there is no such field; expected 'columns', 'data' or 'index'");
                SkipValue();
            }
        }

        if (!hasColumns)
        {
            Fail($"{Path}.columns", "is missing; expected an array of names");
        }

        if (!hasData)
        {
            Fail($"{Path}.data", "is missing; expected an array of rows");
        }

        if (Errors is null)
        {
            var end = _json;
            _json = data;
            ReadRows($"{Path}.data", RowShape.List);
            FillMissing();
            _json = end;
        }
    }

    private void ReadColumnNames(string path)
    {
        if (_json.TokenType is not JsonTokenType.StartArray)
        {
            Fail($"{path}.columns", $"expected an array of names, found {Found()}");
            _json.Skip();
            return;
        }

        var columns = new List<int>();
        while (_json.Read() && _json.TokenType is not JsonTokenType.EndArray)
        {
            if (_json.TokenType is not JsonTokenType.String)
            {
                Fail($"{path}.columns[{columns.Count}]", $"expected a name, found {Found()}");
                _json.Skip();
                columns.Add(-1);
                continue;
            }

            var feature = FindFeature();
            if (feature >= 0 && _seenInRow[feature]++ > 0)
            {
                Fail($"{path}.columns[{columns.Count}]", $"'{slots[feature].Feature.Name}' is there more than once");
            }

            columns.Add(feature);
        }

        _columns = [.. columns];
        (_path, _place) = (path, Place.Member);
        RequireColumns();
    }

    /// <summary><c>{feature: [value, …], …}</c></summary>
    private void ReadColumns(string path)
    {
        (_path, _place) = (path, Place.Member);
        while (!IsFull && _json.Read() && _json.TokenType is JsonTokenType.PropertyName)
        {
            var feature = FindFeature();
            if (feature < 0)
            {
                SkipUnknown();
            }
            else if (_seenInRow[feature]++ > 0)
            {
                Fail(FeaturePath(feature), "is there more than once");
                SkipValue();
            }
            else
            {
                _json.Read();
                ReadColumn(feature);
            }
        }

        RequireColumns();
        FillMissing();
    }

    private void ReadColumn(int feature)
    {
        var (path, isFirst) = (FeaturePath(feature), rows.Count is 0);
        if (_json.TokenType is not JsonTokenType.StartArray)
        {
            Fail(path, $"expected an array of values, found {Found()}");
            _json.Skip();
            return;
        }

        _place = Place.Column;
        var found = 0;
        for (; _json.Read() && _json.TokenType is not JsonTokenType.EndArray; found++)
        {
            if (isFirst && found is PredictionRequestReader.MaxRecords)
            {
                Fail(path, $"expected at most {PredictionRequestReader.MaxRecords} values");
                SkipRest();
                break;
            }

            if (isFirst)
            {
                rows.Add();
            }

            if (found < rows.Count)
            {
                _row = found;
                ReadValue(feature);
            }
            else
            {
                _json.Skip();
            }
        }

        _place = Place.Member;
        if (found is 0 || found != rows.Count)
        {
            Fail(path, isFirst ? "expected at least one value" : $"expected {rows.Count} values, as the column before, found {found}");
        }
    }

    /// <summary>Names the columns that are not there and must be.</summary>
    private void RequireColumns()
    {
        for (var feature = 0; feature < slots.Length; feature++)
        {
            if (_seenInRow[feature] is 0 && !(_isLenient && slots[feature].Feature.Nullable))
            {
                Fail(FeaturePath(feature), $"is missing; expected {slots[feature].Expected}");
            }
        }
    }

    /// <summary>Gives every row a missing value of the columns that are not there.</summary>
    private void FillMissing()
    {
        for (var feature = 0; feature < slots.Length; feature++)
        {
            for (_row = 0; _seenInRow[feature] is 0 && _row < rows.Count; _row++)
            {
                TryReadMissing(slots[feature]);
            }
        }
    }
}
