using Cadre.Server.Hosting;
using Cadre.Server.Tasks.Tools;
using Microsoft.AspNetCore.Routing;

namespace Cadre.Server.Tasks;

/// <summary>The tasks of users: operations for programs and dashboards, tools for models, over the same rules.</summary>
internal static class TasksFace
{
    public static void Map(IEndpointRouteBuilder routes, ServerContext context)
    {
        var book = new TaskBook(context.Store, context.Time);
        new TaskOperations(context, book).Map(routes);
        new TaskEvents(context, book).Map(routes);
        context.Platform.Add(new TodoCreate(book), new TodoList(book), new TodoUpdate(book), new TodoComplete(book), new TodoDelete(book));
    }
}
