using System.Globalization;
using System.Text.Json;
using Cadre.Server.Hosting;
using Cadre.Server.Http;
using Cadre.Server.Identity;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace Cadre.Server.Accounting;

/// <summary>GET /api/v1/usage: the caller's own, by day and model. GET /api/v1/usage/users: an organisation's, by user, for its operators.</summary>
internal sealed class UsageApi(ServerContext context)
{
    private const string Date = "yyyy-MM-dd";
    private const int DefaultDays = 30;
    private const int MaxDays = 400;
    private readonly UsageBook _book = new(context.Store);

    public static void Map(IEndpointRouteBuilder routes, ServerContext context)
    {
        var api = new UsageApi(context);
        routes.MapGet("/api/v1/usage", api.OwnAsync);
        routes.MapGet("/api/v1/usage/users", api.UsersAsync);
    }

    private async Task OwnAsync(HttpContext http)
    {
        var caller = Caller.Of(http);
        var (from, to) = Period(http);
        var total = new UsageTotal();
        var days = new SortedDictionary<(string Day, string Model), UsageTotal>(Comparer<(string Day, string Model)>.Create(NewestFirst));
        await foreach (var (document, usage) in _book.ReadAsync(caller.Own, from, to, http.RequestAborted))
        {
            total.Add(usage);
            Of(days, (Day(document.CreatedAt), usage.Model)).Add(usage);
        }

        await WriteAsync(http, (from, to), total, days, static (json, key) =>
        {
            json.WriteString("day", key.Day);
            json.WriteString("model", key.Model);
        });
    }

    private async Task UsersAsync(HttpContext http)
    {
        var caller = Caller.Operator(http);
        var (from, to) = Period(http);
        var total = new UsageTotal();
        var users = new SortedDictionary<string, UsageTotal>(StringComparer.Ordinal);
        await foreach (var (document, usage) in _book.ReadAsync(caller.OrganisationScope, from, to, http.RequestAborted))
        {
            total.Add(usage);
            Of(users, document.Owner.User).Add(usage);
        }

        await WriteAsync(http, (from, to), total, users, static (json, user) => json.WriteString("user", user));
    }

    private static Task WriteAsync<TKey>(HttpContext http, (DateTimeOffset From, DateTimeOffset To) period, UsageTotal total, SortedDictionary<TKey, UsageTotal> groups, Action<Utf8JsonWriter, TKey> name)
        where TKey : notnull => Respond.WriteAsync(http, json =>
        {
            json.WriteStartObject();
            json.WriteString("from", Day(period.From));
            json.WriteString("to", Day(period.To.AddDays(-1)));
            json.WriteStartObject("total");
            total.WriteMembers(json);
            json.WriteEndObject();
            json.WriteStartArray("data");
            foreach (var (key, group) in groups)
            {
                json.WriteStartObject();
                name(json, key);
                group.WriteMembers(json);
                json.WriteEndObject();
            }

            json.WriteEndArray();
            json.WriteEndObject();
        });

    /// <summary>Whole days in UTC, both included.</summary>
    private (DateTimeOffset From, DateTimeOffset To) Period(HttpContext http)
    {
        var today = new DateTimeOffset(context.Time.GetUtcNow().UtcDateTime.Date, TimeSpan.Zero);
        var to = Read(http, "to") ?? today;
        var from = Read(http, "from") ?? to.AddDays(1 - DefaultDays);
        if (from > to) throw ApiException.BadRequest("Invalid 'from': it lies after 'to'.", "from", "invalid_value");
        if ((to - from).TotalDays >= MaxDays) throw ApiException.BadRequest($"Invalid 'from': at most {MaxDays} days at a time.", "from", "invalid_value");
        return (from, to.AddDays(1));
    }

    private static DateTimeOffset? Read(HttpContext http, string name)
    {
        var text = http.Request.Query[name].ToString();
        if (text.Length == 0) return null;
        return DateTimeOffset.TryParseExact(text, Date, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var day) && day.Year is > 2000 and < 9000
            ? day
            : throw ApiException.BadRequest($"Invalid '{name}': a day such as 2026-11-21 is expected.", name, "invalid_value");
    }

    private static UsageTotal Of<TKey>(SortedDictionary<TKey, UsageTotal> groups, TKey key)
        where TKey : notnull
    {
        if (!groups.TryGetValue(key, out var group)) groups[key] = group = new();
        return group;
    }

    private static int NewestFirst((string Day, string Model) a, (string Day, string Model) b)
    {
        var days = string.CompareOrdinal(b.Day, a.Day);
        return days != 0 ? days : string.CompareOrdinal(a.Model, b.Model);
    }

    private static string Day(DateTimeOffset time) => time.UtcDateTime.ToString(Date, CultureInfo.InvariantCulture);
}
