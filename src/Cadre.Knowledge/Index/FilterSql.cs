using System.Text;
using System.Text.Json;

namespace Cadre.Knowledge.Index;

/// <summary>A filter as a condition on a row <c>f</c> of files. Every name and value is a parameter.</summary>
internal sealed class FilterSql
{
    private readonly StringBuilder _sql = new();
    private readonly List<object> _values = [];

    private FilterSql() { }

    public string Condition => _sql.ToString();

    /// <summary>Of the parameters @p0, @p1 and so on.</summary>
    public IReadOnlyList<object> Values => _values;

    public static FilterSql Of(AttributeFilter? filter)
    {
        var sql = new FilterSql();
        if (filter is null) sql._sql.Append('1');
        else sql.Add(filter);
        return sql;
    }

    private void Add(AttributeFilter filter)
    {
        switch (filter)
        {
            case AttributeFilter.And and:
                Join(and.Filters, " AND ", whenNone: "1");
                break;
            case AttributeFilter.Or or:
                Join(or.Filters, " OR ", whenNone: "0");
                break;
            case AttributeFilter.Compare compare:
                Add(compare);
                break;
        }
    }

    private void Join(IReadOnlyList<AttributeFilter> filters, string with, string whenNone)
    {
        _sql.Append('(').Append(filters.Count == 0 ? whenNone : "");
        for (var i = 0; i < filters.Count; i++)
        {
            if (i > 0) _sql.Append(with);
            Add(filters[i]);
        }

        _sql.Append(')');
    }

    private void Add(AttributeFilter.Compare compare)
    {
        if (compare.Operator is Comparison.Ne or Comparison.Nin) _sql.Append("NOT ");
        _sql.Append("EXISTS (SELECT 1 FROM attributes a WHERE a.file = f.id AND a.key = ").Append(Parameter(compare.Key)).Append(" AND (");
        if (compare.Operator is Comparison.In or Comparison.Nin)
        {
            var any = false;
            foreach (var value in compare.Value.EnumerateArray())
            {
                if (any) _sql.Append(" OR ");
                Add("=", value);
                any = true;
            }

            if (!any) _sql.Append('0');
        }
        else
        {
            Add(Sign(compare.Operator), compare.Value);
        }

        _sql.Append("))");
    }

    private void Add(string sign, JsonElement value)
    {
        switch (value.ValueKind)
        {
            case JsonValueKind.String:
                _sql.Append("a.text ").Append(sign).Append(' ').Append(Parameter(value.GetString()!));
                break;
            case JsonValueKind.Number:
                _sql.Append("a.number ").Append(sign).Append(' ').Append(Parameter(value.GetDouble()));
                break;
            case JsonValueKind.True or JsonValueKind.False when sign == "=":
                _sql.Append("a.flag = ").Append(value.GetBoolean() ? '1' : '0');
                break;
            default:
                _sql.Append('0');
                break;
        }
    }

    private string Parameter(object value)
    {
        _values.Add(value);
        return $"@p{_values.Count - 1}";
    }

    private static string Sign(Comparison comparison) => comparison switch
    {
        Comparison.Gt => ">",
        Comparison.Gte => ">=",
        Comparison.Lt => "<",
        Comparison.Lte => "<=",
        _ => "=",
    };
}
