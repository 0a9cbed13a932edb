using Cadre.Storage.Documents;
using Cadre.Storage.Sqlite;
using Cadre.Testing;

namespace Cadre.Storage.Tests.Sqlite;

public sealed class A_listing_of_one_user
{
    [Theory]
    [InlineData(0), InlineData(1), InlineData(2), InlineData(3)]
    public async Task Reads_nothing_of_others_and_needs_no_sorting(int order)
    {
        using var directory = new TemporaryDirectory();
        await (await SqliteStore.OpenAsync(directory.Root, null, TimeProvider.System, Samples.Cancellation)).DisposeAsync();
        using var connection = Connection.OpenReader(directory[SqliteStore.FileName]);
        var sql = DocumentQueries.TextOf(new("acme", "anna"), new("note") { TopLevel = true }, (DocumentQueries.Order)order);
        using var plan = connection.Use("EXPLAIN QUERY PLAN " + sql);
        var steps = new List<string>();
        while (plan.Step()) steps.Add(plan.Text(3));
        Assert.Contains("documents_by_user (kind=? AND organisation=? AND user=?", Assert.Single(steps), StringComparison.Ordinal);
    }
}
