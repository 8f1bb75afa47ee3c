using System.Text.Json;

namespace Mlops.Serving;

/// <summary>What the dialects put around rows.</summary>
internal ref partial struct PredictionParse
{
    private static readonly string[] NativeFields = ["record", "records"];
    private static readonly string[] MlflowFields = ["dataframe_split", "dataframe_records", "instances", "inputs"];
    private static readonly string[] V1Fields = ["instances", "inputs"];
    private static readonly string[] SimpleFields = ["features", "text"];

    /// <summary>What a member of the body is.</summary>
    private enum Member { Unknown, Beside, Params, Record, Records, Split, Instances, Inputs, Features, Text }

    /// <summary>What a row may be written as.</summary>
    private enum RowShape { Record, List, Any }

    public void ReadRequest(RequestForm form)
    {
        _isLenient = form is RequestForm.Mlflow;
        var fields = FieldsOf(form);
        _json.Read();
        if (_json.TokenType is not JsonTokenType.StartObject)
        {
            Fail("body", $"expected an object with {Listed(fields, "or")}, found {Found()}");
            return;
        }

        var hasRows = false;
        while (!IsFull && _json.Read() && _json.TokenType is JsonTokenType.PropertyName)
        {
            var member = MemberOf(form);
            if (member is Member.Unknown)
            {
                var name = JsonTokens.Told(_json.GetString());
                Fail(name.Length is 0 ? "body" : name, $"there is no such field; expected {Listed(fields, "or")}");
                SkipValue();
            }
            else if (member is Member.Beside)
            {
                SkipValue();
            }
            else if (member is Member.Params)
            {
                _json.Read();
                ReadParams();
            }
            else if (hasRows)
            {
                Fail("body", $"has more than one of {Listed(fields, "and")}");
                SkipValue();
            }
            else
            {
                hasRows = true;
                if (!TryTakeNumbers(member))
                {
                    _json.Read();
                    ReadRows(member);
                }
            }
        }

        if (!IsFull)
        {
            // Anything after the end of the object is an error that the reader finds.
            _json.Read();
        }

        if (!hasRows)
        {
            Fail("body", $"expected {(fields.Length > 2 ? "exactly one of " : "")}{Listed(fields, "or")}");
        }
    }

    private bool TryTakeNumbers(Member member)
    {
        const int Most = PredictionRequestReader.MaxRecords;
        return HasTakenNumbers = mayTakeNumbers && member switch
        {
            Member.Inputs or Member.Instances => JsonNumberRows.TryRead(ref _json, ref _utf8, rows, Most) || TryTakeRecords(Most),
            Member.Records => TryTakeRecords(Most),
            Member.Record => TryTakeRecords(null),
            _ => false,
        };
    }

    private bool TryTakeRecords(int? most) => JsonNumberRecords.TryRead(ref _json, ref _utf8, rows, names, _order, most);

    private static string[] FieldsOf(RequestForm form) => form switch
    {
        RequestForm.Mlflow => MlflowFields,
        RequestForm.V1 => V1Fields,
        RequestForm.Simple => SimpleFields,
        _ => NativeFields,
    };

    private readonly Member MemberOf(RequestForm form) => form switch
    {
        RequestForm.Native when _json.ValueTextEquals("record"u8) => Member.Record,
        RequestForm.Native when _json.ValueTextEquals("records"u8) => Member.Records,
        RequestForm.Simple when _json.ValueTextEquals("features"u8) => Member.Features,
        RequestForm.Simple when _json.ValueTextEquals("text"u8) => Member.Text,
        RequestForm.Mlflow or RequestForm.V1 when _json.ValueTextEquals("instances"u8) => Member.Instances,
        RequestForm.Mlflow or RequestForm.V1 when _json.ValueTextEquals("inputs"u8) => Member.Inputs,
        RequestForm.Mlflow when _json.ValueTextEquals("dataframe_split"u8) => Member.Split,
        RequestForm.Mlflow when _json.ValueTextEquals("dataframe_records"u8) => Member.Records,
        RequestForm.Mlflow when _json.ValueTextEquals("params"u8) => Member.Params,

        // TensorFlow's clients send the name of a graph's signature, of which a model here has one.
        RequestForm.V1 when _json.ValueTextEquals("signature_name"u8) => Member.Beside,
        _ => Member.Unknown,
    };

    private void ReadRows(Member member)
    {
        switch (member)
        {
            case Member.Record:
                (_path, _place) = ("record", Place.Member);
                ReadRecord();
                break;
            case Member.Records:
                ReadRows(_isLenient ? "dataframe_records" : "records", RowShape.Record);
                break;
            case Member.Split:
                ReadSplit();
                break;
            case Member.Instances:
                ReadRows("instances", RowShape.Any);
                break;
            case Member.Inputs when _json.TokenType is JsonTokenType.StartObject:
                ReadColumns("inputs");
                break;
            case Member.Inputs:
                ReadRows("inputs", RowShape.Any);
                break;
            case Member.Features:
                (_path, _place) = ("features", Place.Member);
                ReadRow(RowShape.Any);
                break;
            case Member.Text:
                ReadText();
                break;
        }
    }

    private void ReadRows(string path, RowShape shape)
    {
        (_path, _place) = (path, Place.Row);
        if (_json.TokenType is not JsonTokenType.StartArray)
        {
            Fail(path, $"expected an array of {(shape is RowShape.Record ? "objects" : "rows")}, found {Found()}");
            _json.Skip();
            return;
        }

        while (!IsFull && _json.Read() && _json.TokenType is not JsonTokenType.EndArray)
        {
            if (rows.Count is PredictionRequestReader.MaxRecords)
            {
                Fail(path, $"expected at most {PredictionRequestReader.MaxRecords} records");
                SkipRest();
                return;
            }

            ReadRow(shape);
        }

        if (rows.Count is 0)
        {
            Fail(path, "expected at least one record");
        }
    }

    private void ReadRow(RowShape shape)
    {
        switch (shape, _json.TokenType)
        {
            case (RowShape.List or RowShape.Any, JsonTokenType.StartArray):
                AddRow();
                ReadList();
                break;
            case (RowShape.List, _):
                AddRow();
                Fail(RecordPath(), $"expected an array of values, found {Found()}");
                _json.Skip();
                break;
            case (RowShape.Any, not JsonTokenType.StartObject) when slots.Length is 1:
                AddRow();
                ReadValue(0);
                break;
            default:
                ReadRecord();
                break;
        }
    }

    /// <summary>Values in the order of the columns, or of the signature.</summary>
    private void ReadList()
    {
        var (found, expected) = (0, _columns?.Length ?? slots.Length);
        for (; _json.Read() && _json.TokenType is not JsonTokenType.EndArray; found++)
        {
            var feature = found < expected ? _columns?[found] ?? found : -1;
            if (feature >= 0)
            {
                ReadValue(feature);
            }
            else
            {
                _json.Skip();
            }
        }

        if (found != expected)
        {
            var order = _columns is null ? "the model's features" : "the columns";
            Fail(RecordPath(), $"expected {expected} values in the order of {order}, found {found}");
        }
    }

    private void ReadText()
    {
        (_path, _place) = ("text", Place.Itself);
        if (slots is not [{ Feature.IsNumeric: false }])
        {
            Fail("text", $"expected 'features': the model takes {Listed([.. slots.Take(8).Select(slot => slot.Feature.Name)], "and")}");
            _json.Skip();
            return;
        }

        Text = _json.TokenType is JsonTokenType.String ? _json.GetString() : null;
        AddRow();
        ReadValue(0);
    }

    /// <summary>MLflow's <c>params</c>: <c>predict_method</c> counts, others may be there for whoever reads the log of a caller.</summary>
    private void ReadParams()
    {
        if (_json.TokenType is not (JsonTokenType.StartObject or JsonTokenType.Null))
        {
            Fail("params", $"expected an object, found {Found()}");
            _json.Skip();
            return;
        }

        while (_json.TokenType is not JsonTokenType.Null && _json.Read() && _json.TokenType is JsonTokenType.PropertyName)
        {
            var isMethod = _json.ValueTextEquals("predict_method"u8);
            _json.Read();
            if (isMethod)
            {
                var isText = _json.TokenType is JsonTokenType.String;
                WantsProbabilities = isText && _json.ValueTextEquals("predict_proba"u8);
                if (!WantsProbabilities && !(isText && _json.ValueTextEquals("predict"u8)))
                {
                    Fail("params.predict_method", $"expected 'predict' or 'predict_proba', found {Found()}");
                }
            }

            _json.Skip();
        }
    }

    private void SkipRest()
    {
        while (_json.TokenType is not JsonTokenType.EndArray)
        {
            _json.Skip();
            _json.Read();
        }
    }

    private static string Listed(string[] names, string last) => names is [.. var before, var end] && before.Length > 0
        ? $"{string.Join(", ", before.Select(name => $"'{name}'"))} {last} '{end}'"
        : $"'{names.FirstOrDefault()}'";
}
