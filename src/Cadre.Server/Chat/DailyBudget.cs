using Cadre.Server.Accounting;
using Cadre.Server.Hosting;
using Cadre.Server.Http;
using Cadre.Server.Identity;
using Microsoft.AspNetCore.Http;

namespace Cadre.Server.Chat;

/// <summary>What a user's runs may take in a day (UTC); null is no limit. Runs that are under way count when they have ended.</summary>
/// <param name="Money">US dollars.</param>
internal sealed record DailyBudget(long? Tokens, decimal? Money)
{
    /// <exception cref="ApiException">429 until midnight.</exception>
    public async ValueTask CheckAsync(ServerContext context, Caller caller, CancellationToken cancellationToken)
    {
        var now = context.Time.GetUtcNow();
        var today = new DateTimeOffset(now.UtcDateTime.Date, TimeSpan.Zero);
        var spent = await new UsageBook(context.Store).TotalAsync(caller.Own, today, today.AddDays(1), cancellationToken);
        if (!(spent.Tokens >= Tokens || spent.Cost >= Money)) return;
        throw new ApiException(StatusCodes.Status429TooManyRequests, "You have used up what you may use today. It begins anew at midnight (UTC).")
        {
            Code = "daily_budget_spent",
            RetryAfter = today.AddDays(1) - now,
        };
    }
}
