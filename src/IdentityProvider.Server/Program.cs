using IdentityProvider.Server.Commands;

return await Root.InvokeAsync(args);
