namespace Mlops.Data;

/// <summary>CSV read the obvious way, a character at a time: what <see cref="CsvReader"/> must agree with.</summary>
internal static class NaiveCsv
{
    /// <returns>The rows with the header first, or null if the text is faulty.</returns>
    public static List<string[]>? Read(string text)
    {
        var rows = new List<string[]>();
        var at = 0;
        while (at < text.Length)
        {
            if (ReadRow(text, ref at) is not { } row)
            {
                return null;
            }

            if (row is not [(" ", _)])
            {
                rows.Add([.. row.Select(field => field.Text)]);
            }
        }

        var header = rows.FirstOrDefault()?.Select(name => name.Trim()).ToArray();
        if (header is null || rows.Count is 1 || header.Contains("") || header.Distinct().Count() < header.Length
            || rows.Any(row => row.Length != header.Length) || header.Any(name => name.Any(char.IsControl)))
        {
            return null;
        }

        rows[0] = header;
        return rows;
    }

    /// <summary>A field's first element is a space if nothing at all stands there.</summary>
    private static List<(string Kind, string Text)>? ReadRow(string text, ref int at)
    {
        var row = new List<(string, string)>();
        while (true)
        {
            var field = new System.Text.StringBuilder();
            var isQuoted = at < text.Length && text[at] is '"';
            if (isQuoted)
            {
                at++;
                while (true)
                {
                    if (at == text.Length)
                    {
                        return null;
                    }

                    if (text[at] is not '"')
                    {
                        field.Append(text[at++]);
                    }
                    else if (at + 1 < text.Length && text[at + 1] is '"')
                    {
                        field.Append('"');
                        at += 2;
                    }
                    else
                    {
                        at++;
                        break;
                    }
                }
            }
            else
            {
                while (at < text.Length && text[at] is not (',' or '\n' or '\r' or '"'))
                {
                    field.Append(text[at++]);
                }
            }

            row.Add((row.Count is 0 && !isQuoted && field.Length is 0 ? " " : "field", field.ToString()));
            if (at == text.Length)
            {
                return row;
            }

            if (text[at] is ',')
            {
                at++;
                continue;
            }

            if (text.AsSpan(at).StartsWith("\r\n"))
            {
                at += 2;
                return row;
            }

            return text[at++] is '\n' ? row : null;
        }
    }
}
